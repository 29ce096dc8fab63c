internal import CCurl
import Telemetry

extension HTTPTransfer {
    /// From this size on libcurl expects a "100 Continue" where it is let.
    private static let largeBodyBytes = 1 << 20

    func configureRequest(_ hop: HTTPHop, userAgent: String) throws(TransportError) {
        try set(CURLOPT_URL, hop.url.text)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_USERAGENT, userAgent)
        if hop.method == .post {
            let body = hop.body ?? []
            try set(CURLOPT_POST, 1)
            try check(antenna_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            // The errors' buffer stands in for an empty body: no byte of it is read, but a null pointer means "read from a file".
            let code = body.withUnsafeBytes { bytes in
                let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress) ?? UnsafeMutableRawPointer(errorText)
                return antenna_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, start)
            }
            try check(code)
            // libcurl would wait a second for a "100 Continue" that many servers never send. A large body is worth it: a server that
            // will not have it says so before it is sent, where else its closing of the connection may hide the answer.
            if body.count < Self.largeBodyBytes { appendRequestLine("Expect:") }
        }
        if hop.policy.acceptsCompression, hop.headers["Accept-Encoding"] == nil {
            appendRequestLine("Accept-Encoding: gzip, deflate")
        }
        for field in hop.headers {
            appendRequestLine(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        if let requestLines { try check(antenna_curl_set_pointer(easy, CURLOPT_HTTPHEADER, requestLines)) }
    }

    func configureLimits(_ policy: HTTPPolicy, left: Duration) throws(TransportError) {
        // 0 would mean "for ever".
        try set(CURLOPT_TIMEOUT_MS, max(1, milliseconds(left)))
        try set(CURLOPT_CONNECTTIMEOUT_MS, max(1, milliseconds(policy.connectTimeout)))
        if let slow = policy.lowSpeed {
            try set(CURLOPT_LOW_SPEED_LIMIT, slow.bytesPerSecond)
            try set(CURLOPT_LOW_SPEED_TIME, max(1, milliseconds(slow.over) / 1000))
        }
        try check(
            antenna_curl_set_offset(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(max(1, policy.maximumResponseBytes)))
        )
        try set(CURLOPT_BUFFERSIZE, Self.receiveBufferBytes)
    }

    func configureConnection(
        _ proxy: HTTPProxy?,
        authorities: TLSAuthorities,
        share: UnsafeMutableRawPointer?
    ) throws(TransportError) {
        try set(CURLOPT_NOSIGNAL, 1)
        // Else ending a transfer during its name lookup would hold up all others until the resolver returns.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        // A libcurl without HTTP/2 refuses this and speaks HTTP/1.1.
        _ = antenna_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // A file leaves the system's folder of authorities in force beside it.
        if let file = authorities.file { try set(CURLOPT_CAINFO, file) }
        if let folder = authorities.folder { try set(CURLOPT_CAPATH, folder) }
        if let share { try check(antenna_curl_set_pointer(easy, CURLOPT_SHARE, share)) }
        // Decided here, hop by hop: libcurl is to look at no variable itself.
        try set(CURLOPT_PROXY, proxy?.text ?? "")
        try set(CURLOPT_NOPROXY, "")
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    }

    func configureCallbacks() throws(TransportError) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        try check(antenna_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText))
        try check(antenna_curl_set_write_callback(easy, CURLOPT_WRITEFUNCTION, bodyArrived))
        try check(antenna_curl_set_pointer(easy, CURLOPT_WRITEDATA, context))
        try check(antenna_curl_set_write_callback(easy, CURLOPT_HEADERFUNCTION, headerArrived))
        try check(antenna_curl_set_pointer(easy, CURLOPT_HEADERDATA, context))
        try check(antenna_curl_set_open_socket_callback(easy, openSocket))
        try check(antenna_curl_set_pointer(easy, CURLOPT_OPENSOCKETDATA, context))
        try check(antenna_curl_set_before_request_callback(easy, beforeRequest))
        try check(antenna_curl_set_pointer(easy, CURLOPT_PREREQDATA, context))
        try check(antenna_curl_set_progress_callback(easy, movedOn))
        try check(antenna_curl_set_pointer(easy, CURLOPT_XFERINFODATA, context))
        try set(CURLOPT_NOPROGRESS, 0)
    }

    private func appendRequestLine(_ line: String) {
        if let longer = curl_slist_append(requestLines, line) { requestLines = longer }
    }

    private func set(_ option: CURLoption, _ value: Int) throws(TransportError) {
        try check(antenna_curl_set_long(easy, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(TransportError) {
        try check(antenna_curl_set_string(easy, option, value))
    }

    private func check(_ code: CURLcode) throws(TransportError) {
        guard code == CURLE_OK else {
            throw TransportError(
                code == CURLE_OUT_OF_MEMORY ? .outOfMemory : .internal,
                operation: job.hop.operation,
                message: "libcurl refused a setting: \(String(cString: curl_easy_strerror(code)))",
                nativeCode: Int32(bitPattern: code.rawValue)
            )
        }
    }
}
