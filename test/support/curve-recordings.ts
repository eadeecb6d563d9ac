/*
 * Handshakes of CURVE with libzmq 4.3.5, recorded: what it said, and what this library said to it with
 * the keys and the random numbers below. After them libzmq sends a message of three parts: "hello", 300
 * times "x", and nothing.
 */

/** A command, or a message in the place of one. */
export interface Recorded {
  readonly ours: boolean
  readonly body: Buffer
}

/** The secret keys of the two ends, 32 times the same byte. */
export const SERVER = 0xa1
export const CLIENT = 0xb2

/** Random numbers as the recording had them: each time other ones, and always the same. */
export function countingRandom(first = 0x10): (bytes: Uint8Array) => unknown {
  let next = first
  return (bytes) => bytes.fill(next++)
}

function base64(text: string): Buffer {
  return Buffer.from(text, 'base64')
}

/** We are the client, libzmq is the server. */
export const withServer: readonly Recorded[] = [
  {
    ours: true,
    body: base64(
      'BUhFTExPAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
        'AAAAAAAAAAAAAAAAAAB4H6q5CEMBUNrM3W+dbFCG409zqT67qicXZeUDbt/FGQAAAAAAAAABLp8PLzt043ILEV95' +
        '128FVWngn2eWpuwUq4GcOhrpfrNEgyo8u6esKVXLbJmS8sVXQ9PcEWMop/vkQPHz6H7VI5TDm7fpFagntgHwJKOF' +
        '92o=',
    ),
  },
  {
    ours: false,
    body: base64(
      'B1dFTENPTUVzRspfmN33FQ/xJI9Bf+HwmNqYLYavQrmaaxt93IsAISMK3gFyIZ3X1h4m6rZVLpVJ29Va2peeq5Km' +
        'JDU7jjjo0dXtMsZ6EisZI6OVTa9TzijdUOO4bKpWJbDpcBnvHtOUYc4JJm+jqcU+0g8hojrHDAeAoRRWV/ES5Jmz' +
        '0Ef7pz+974gdqd9Wl8G8HCmV5XXTJ8HCPpGKjx46Fl67frRG',
    ),
  },
  {
    ours: true,
    body: base64(
      'CElOSVRJQVRFFAIH3zCD3HkVjI12ER2cTR9nVikx95J40DcVQOIouwZypxW/Wbmxt/kDSEPIMelbxslBimRNT9oE' +
        'FQfCcgi0ycmHweL9IcO079/mmyF20gzm1+w1S8bpfr8Dl9JJDM9tAAAAAAAAAALlJVD41brFMQV1GhayMosG88JE' +
        'ZY3aYcP0qmja/hI6gQ+IJXP3UVimbr+fHM82J1GWjkLy1saBVE2d4x/y1Xv/JrYb/VyWUM0dmyKqxWubm9huBdY3' +
        'RSHJucI/tkMetgNqhjPxo1FTRAk9M/fnScrThLfLR17mEv3QQ+d1jaKlnlRdnr2fkWLwEvI3jjvGUB97ryGkm8/z' +
        'Paqtr1lZOpF0Zg9KPA==',
    ),
  },
  {
    ours: false,
    body: base64('BVJFQURZAAAAAAAAAAHoXMmedOO/zfHy1W2kCt1L6h0sl19HCJdFnDgh7YN85SUMSLs='),
  },
  {
    ours: false,
    body: base64('B01FU1NBR0UAAAAAAAAAAtauGi2YiiMMomFCQoSMbXoArj4bvYI='),
  },
  {
    ours: false,
    body: base64(
      'B01FU1NBR0UAAAAAAAAAA/OMBg2vEnCdduSZgGpIz/Us/Tsp1MlLO6dXetun100i2ZZvEmaWjxhctMsPyeKaLTu8' +
        '6m8Vcczb6ix+Knfio7cJ0Wqz/RMp+RXMO7eRZrn+IL3zLorz8fxyW+Rpkgss7QuDiGOFYEPY0TT/02A77fgcNqCZ' +
        'PTXtr+GH6+jneO/b17THY0D6y80RdCryGsmV8R55hmif4BczOdNe4eUL7xfM54QoX+s5gvbFpn1MlCtPkAPxvGV5' +
        'g1iDtCXsLPEjf18vBucR84S+I6iGaNOfUXH/VFlcJ2EQ713B4hsMPI35Lx9tVKguZjRu3iWxL55bQqY/s0yT9GxY' +
        'RNBRnN5hs10MygzoFBZ/icTBhAjHf7kS7lZ+Eu0QLqQYLyhXa1ymUN/Ujyii1MaMUBdNczePM+kDAgAatY/bCcdr' +
        'hSv7',
    ),
  },
  {
    ours: false,
    body: base64('B01FU1NBR0UAAAAAAAAABI6l2y+181XKcIr/CR1ziO+S'),
  },
]

/** libzmq is the client, we are the server. */
export const withClient: readonly Recorded[] = [
  {
    ours: false,
    body: base64(
      'BUhFTExPAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
        'AAAAAAAAAAAAAAAAAAA5km3cNQ1h7pp5TvFI445ZHUifFXVgr+flkakQA830TgAAAAAAAAAB+AdcXYWxbqJGnwDf' +
        'PZy6cHNOXaJTFBwWP6CapHTQw82sIQJaiqyCdvHrEYECJ6L1gOGB9cFTI7vZsghIem7OJRyveux92YpE8cnHfo/n' +
        '6Oo=',
    ),
  },
  {
    ours: true,
    body: base64(
      'B1dFTENPTUUTExMTExMTExMTExMTExMTb9l/6OMAq4UxV2lThDbVL+OnKpcbGy1AjK+RRZTEdjMXL2Uxni0x3X01' +
        'MF/Ti82cg1uTvt9JAGcGBJpvmVGRM9l1gjib23eANweqLX5eWBTzvPmFhx+bGRHlQWiVzZCwyyEZP0gtXFrDNIzk' +
        'Gg937SO83pNkdk1L5tiyxR8jk1Das74RP3m387bbQN29pBAp',
    ),
  },
  {
    ours: false,
    body: base64(
      'CElOSVRJQVRFEhISEhISEhISEhISEhISEtRHd7E9Lz1h2NHT1JNNLGw71XICIDAiYaF8oboEQVKsTnvkZDAg+7Ft' +
        '6Sw3P7DMCCrX9V47ymWXOJRAdN6PMKjx/sOrERW9TDdJWveTk39jAAAAAAAAAAIP9PCJM8u4FZhVOungVpjBIULo' +
        'vP4cEy4Ms5CxLSeL6abz7eqm8TY3zEAQwrnU30+rui9mJrUDAHCXyHII6ROq5ZiEDuyhzhuF5VjCwYsye/xSSgc1' +
        'U9zIns2R329V9HXrKtjdJIBHeK3GZmPhB44aEhNgQzl6Vy1wrhLLk0h8EeyXw9LJGC3kx6sEhGDgdY9/sURQ4TsI' +
        'd6O4IGBYpUVrlZAkFg==',
    ),
  },
  {
    ours: true,
    body: base64('BVJFQURZAAAAAAAAAAFJLVTs1ReT8FMOd9sSFaWYvmSoRs0hKWk5faDLbqmI3o48yXU='),
  },
  {
    ours: false,
    body: base64('B01FU1NBR0UAAAAAAAAAA7aAlT9JcRX/rGOqta532BT+qwHgmPk='),
  },
  {
    ours: false,
    body: base64(
      'B01FU1NBR0UAAAAAAAAABP2+fxZXT6XmtHL1NeNObQBnmUImON53KZq3Evfq2skno/lDS1uyVmitl2gWdmZBxdYN' +
        'KTJeYxlyjEuV9QXM0k26aWNCl8kmmenbq3YIxTagGY67d6SQ9VR6Kb0gS9OUkzr2WumevswMrLnLtjjTzcRqP9ik' +
        'DKnvt+CeE65i3xu54pl8oBQdhXFOrAN781BqpxCi7k/1V0BR3LugbZXR6/dEObRB1noqyTxoa81f6VWNKk/kQNbR' +
        'TvMYNdiHIlZpbJhE3Om5WZojkGP7UtKctSOBBQGsUPoPd8hcsQGLQXA3+8gu/SZ2lLlHo/6/KOSw+D7WABdauzjQ' +
        '7sak7Nuf7jNd9DqORNCHJuFYQzjWXJySYd/QbICd0qrw+lIAztZyfZpfflaBXbLF7y5voq0hlFuqtt23XJIQmDkP' +
        'SqxC',
    ),
  },
  {
    ours: false,
    body: base64('B01FU1NBR0UAAAAAAAAABc1gDCQ3IhQ13DhVQOF4KYdP'),
  },
]
