import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.zeromq.ZMQ;

/**
 * The far end of a test, on JeroMQ: takes commands as lines, and answers each with a line. Parts are
 * hexadecimal, an empty one is "-".
 *
 *   open TYPE bind|connect ADDRESS [ROUTING_ID]   the endpoint
 *   subscribe TOPIC                               ok
 *   send PART...                                  ok
 *   receive                                       PART...
 *   close                                         ok
 */
public class JeroFar {
    private static final HexFormat HEX = HexFormat.of();
    private static final ZMQ.Context context = ZMQ.context(1);
    private static ZMQ.Socket socket;

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(answer(line.split(" ")));
        }
        // Its threads would keep the process alive.
        System.exit(0);
    }

    private static String answer(String[] words) {
        switch (words[0]) {
            case "open":
                return open(words);
            case "subscribe":
                socket.subscribe(bytes(words[1]));
                return "ok";
            case "send":
                for (int i = 1; i < words.length; i++) {
                    socket.send(bytes(words[i]), i < words.length - 1 ? ZMQ.SNDMORE : 0);
                }
                return "ok";
            case "receive":
                return receive();
            case "close":
                socket.close();
                return "ok";
            default:
                return "what is " + words[0] + "?";
        }
    }

    private static String open(String[] words) {
        socket = context.socket(type(words[1]));
        socket.setLinger(0);
        // A test that waits for longer has failed, and the next one wants an answer.
        socket.setReceiveTimeOut(20_000);
        if (words.length > 4) {
            socket.setIdentity(bytes(words[4]));
        }
        if (words[2].equals("bind")) {
            return words[3] + ":" + socket.bindToRandomPort(words[3]);
        }
        socket.connect(words[3]);
        return words[3];
    }

    private static String receive() {
        List<String> parts = new ArrayList<>();
        do {
            byte[] part = socket.recv();
            if (part == null) {
                return "nothing";
            }
            parts.add(part.length == 0 ? "-" : HEX.formatHex(part));
        } while (socket.hasReceiveMore());
        return String.join(" ", parts);
    }

    private static byte[] bytes(String word) {
        return word.equals("-") ? new byte[0] : HEX.parseHex(word);
    }

    private static int type(String name) {
        switch (name) {
            case "PAIR": return ZMQ.PAIR;
            case "PUB": return ZMQ.PUB;
            case "SUB": return ZMQ.SUB;
            case "REQ": return ZMQ.REQ;
            case "REP": return ZMQ.REP;
            case "DEALER": return ZMQ.DEALER;
            case "ROUTER": return ZMQ.ROUTER;
            case "PULL": return ZMQ.PULL;
            case "PUSH": return ZMQ.PUSH;
            case "XPUB": return ZMQ.XPUB;
            default: return ZMQ.XSUB;
        }
    }
}
