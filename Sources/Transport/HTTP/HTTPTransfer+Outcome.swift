internal import CCurl
internal import Glibc
import Telemetry

extension HTTPTransfer {
    /// Turns libcurl's verdict into an answer or into an error a person understands.
    func outcome(_ code: CURLcode) -> Result<HTTPAnswer, TransportError> {
        guard code == CURLE_OK else { return .failure(error(code)) }
        guard !endsInsidePacking else {
            return .failure(
                failure(
                    .truncated,
                    CURLE_PARTIAL_FILE,
                    "the packed answer ended early, after \(bytesReceived) bytes unpacked"
                )
            )
        }
        return .success(takeAnswer())
    }

    private func error(_ code: CURLcode) -> TransportError {
        if let verdict, [CURLE_WRITE_ERROR, CURLE_ABORTED_BY_CALLBACK].contains(code) { return verdict }
        let peer =
            (job.hop.proxy == nil ? "" : "the proxy ")
            + (lastAddress ?? job.hop.proxy?.description ?? job.hop.url.authority)
        if let refusal = proxyRefusal(code) { return refusal }
        return switch code {
        case CURLE_OPERATION_TIMEDOUT:
            failure(isWaitingForName ? .nameResolution : .timedOut, code, timeoutMessage())
        case CURLE_COULDNT_CONNECT:
            connectFailure(code, peer: peer)
        case CURLE_COULDNT_RESOLVE_HOST:
            failure(.nameResolution, code, "the host name \(job.hop.url.host.visible) cannot be resolved")
        case CURLE_COULDNT_RESOLVE_PROXY:
            failure(
                .noNetwork,
                code,
                "the host name of the proxy \(job.hop.proxy?.description ?? "") cannot be resolved"
            )
        case CURLE_PARTIAL_FILE:
            failure(.truncated, code, truncationMessage())
        case CURLE_GOT_NOTHING:
            failure(.closed, code, "\(peer) closed the connection without an answer")
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR:
            failure(.closed, code, "the connection to \(peer) broke after \(bytesReceived) bytes of the body")
        case CURLE_HTTP2, CURLE_HTTP2_STREAM:
            failure(.closed, code, "the HTTP/2 exchange with \(peer) broke after \(bytesReceived) bytes of the body")
        case CURLE_FILESIZE_EXCEEDED:
            tooLarge(job.hop.policy.maximumResponseBytes)
        case CURLE_OUT_OF_MEMORY:
            failure(.outOfMemory, code, "no memory for the transfer")
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            failure(.protocolViolation, code, "\(peer) did not answer in proper HTTP" + reason())
        case CURLE_URL_MALFORMAT:
            failure(.malformedURL, code, "malformed URL: \(redactedURL(job.hop.url.text))")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT,
            CURLE_USE_SSL_FAILED:
            failure(.tls, code, "no trusted TLS connection to \(job.hop.url.authority)" + reason())
        default:
            failure(.internal, code, String(cString: curl_easy_strerror(code)))
        }
    }

    /// The error of a proxy that opens no way to the host, which is a status of its own.
    private func proxyRefusal(_ code: CURLcode) -> TransportError? {
        let status = long(CURLINFO_HTTP_CONNECTCODE)
        guard let proxy = job.hop.proxy, status >= 300, long(CURLINFO_RESPONSE_CODE) == 0 else { return nil }
        let way = "the proxy \(proxy) opens no way to \(job.hop.url.authority): it answered \(status)"
        return switch status {
        case 407: failure(.noNetwork, code, way + " (it wants a user and a password, or others)")
        case 401, 403, 405: failure(.accessRefused, code, way + " (it does not allow this)")
        default: failure(.connectFailed, code, way)
        }
    }

    /// The error of a body that is not taken.
    func refused(_ refusal: HTTPBody.Refusal) -> TransportError {
        switch refusal {
        case .tooLarge:
            tooLarge(job.hop.policy.maximumResponseBytes)
        case .damaged:
            failure(.protocolViolation, CURLE_BAD_CONTENT_ENCODING, "the body is not packed as its header says")
        case .unknownPacking(let name):
            failure(
                .protocolViolation,
                CURLE_BAD_CONTENT_ENCODING,
                "the body is packed as \(name), which nobody asked for"
            )
        }
    }

    /// The error for a body beyond the limit, announced or real.
    private func tooLarge(_ limit: Int) -> TransportError {
        failure(.tooLarge, CURLE_FILESIZE_EXCEEDED, "the body is larger than \(limit) bytes")
    }

    private func connectFailure(_ code: CURLcode, peer: String) -> TransportError {
        // Refused by us only when no address of the name was left to try.
        if let verdict, connectedNowhere { return verdict }
        let system = Int32(truncatingIfNeeded: long(CURLINFO_OS_ERRNO))
        if system == ECONNREFUSED {
            return failure(job.hop.proxy == nil ? .refused : .noNetwork, code, "connection refused by \(peer)")
        }
        if job.hop.proxy != nil { return failure(.noNetwork, code, "no connection to \(peer)") }
        if system == ENETUNREACH, lastAddress?.hasPrefix("[") == false {
            return failure(.noNetwork, code, "no route to \(peer): \(String(cString: strerror(system)))")
        }
        let detail = system == 0 ? "" : ": \(String(cString: strerror(system)))"
        return failure(.connectFailed, code, "no connection to \(peer)\(detail)")
    }

    /// Whether nothing has come of the host's name yet.
    private var isWaitingForName: Bool {
        long(CURLINFO_RESPONSE_CODE) == 0 && offset(CURLINFO_PRETRANSFER_TIME_T) == 0
            && offset(CURLINFO_NAMELOOKUP_TIME_T) == 0
    }

    private func timeoutMessage() -> String {
        let policy = job.hop.policy
        if let slow = policy.lowSpeed, libraryMessage.hasPrefix("Operation too slow") {
            return "slower than \(slow.bytesPerSecond) bytes/s for \(seconds(slow.over)) s, "
                + "after \(bytesReceived) bytes of the body"
        }
        let limit = seconds(policy.totalTimeout)
        if long(CURLINFO_RESPONSE_CODE) > 0 {
            return "the answer was not complete within \(limit) s, after \(bytesReceived) bytes of the body"
        }
        if offset(CURLINFO_PRETRANSFER_TIME_T) > 0 { return "no answer within \(limit) s" }
        let connectLimit = seconds(min(policy.connectTimeout, policy.totalTimeout))
        let step = offset(CURLINFO_NAMELOOKUP_TIME_T) > 0 ? "no connection to" : "no answer of the name service for"
        return "\(step) \(lastAddress ?? job.hop.proxy?.description ?? job.hop.url.authority) within \(connectLimit) s"
    }

    private func truncationMessage() -> String {
        let announced = offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
        let of = announced > 0 ? " of \(announced)" : ""
        return "the answer ended after \(bytesReceived)\(of) bytes"
    }

    /// libcurl's own words, where they help: they name certificates and protocols, never the query.
    private func reason() -> String {
        libraryMessage.isEmpty ? "" : ": \(libraryMessage.visible)"
    }

    private func failure(_ kind: TransportError.Code, _ code: CURLcode, _ message: String) -> TransportError {
        TransportError(
            kind,
            operation: job.hop.operation,
            message: message,
            nativeCode: Int32(bitPattern: code.rawValue)
        )
    }
}
