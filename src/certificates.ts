/**
 * Keys of CURVE in files as czmq and pyzmq write them: `zerowire/certificates`, in Node only.
 *
 * @module zerowire/certificates
 */
export {
  readCertificate,
  readCertificates,
  writeCertificate,
  type Certificate,
  type CertificateParts,
} from './node/certificate.js'
