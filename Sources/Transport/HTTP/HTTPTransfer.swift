internal import CCurl
internal import Glibc
import Telemetry

/// One hop under way: owns the easy handle and gathers what comes back.
///
/// Lives on the client's thread.
final class HTTPTransfer {
    let job: HTTPJob
    let easy: UnsafeMutableRawPointer
    /// The address connected to last, for messages.
    private(set) var lastAddress: String?
    /// Why a callback ended the transfer; says more than libcurl's code.
    private(set) var verdict: TransportError?
    private var header = HTTPHeaderSection()
    private var body: HTTPBody
    private var hasBody = false
    private var socketsOpened = 0
    /// How often libcurl has told in the present turn that the transfer moves.
    private var moves = 0
    var requestLines: UnsafeMutablePointer<curl_slist>?
    let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    /// Large enough that a 20 MB image takes few turns, small enough for 64 transfers.
    static let receiveBufferBytes = 128 << 10

    /// More moves than any transfer makes in a turn: what a proxy says before it opens a way is read byte by byte, each a move, for as
    /// long as there is more of it, and meanwhile all other transfers stand still.
    private static let mostMovesInTurn = 64 << 10

    /// Prepares a transfer; it starts when it is added to the multi handle.
    ///
    /// - Throws: ``TransportError`` when libcurl refuses a setting, or when there is no time left.
    init(
        _ job: HTTPJob,
        configuration: HTTPClient.Configuration,
        share: UnsafeMutableRawPointer?,
        now: ContinuousClock.Instant
    ) throws(TransportError) {
        guard let easy = curl_easy_init() else {
            errorText.deallocate()
            throw TransportError(.outOfMemory, operation: job.hop.operation, message: "no memory for a transfer")
        }
        self.job = job
        self.easy = easy
        body = HTTPBody(limit: job.hop.policy.maximumResponseBytes)
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try configureRequest(job.hop, userAgent: configuration.userAgent)
        try configureLimits(job.hop.policy, left: now.duration(to: job.deadline))
        try configureConnection(job.hop.proxy, authorities: configuration.authorities, share: share)
        try configureCallbacks()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(requestLines)
        errorText.deallocate()
    }

    /// libcurl's own message about a failure.
    var libraryMessage: String { String(cString: errorText) }

    /// How many bytes of the body there are, unpacked.
    var bytesReceived: Int { body.count }

    /// Whether every socket asked for was refused by the address policy.
    var connectedNowhere: Bool { socketsOpened == 0 }

    /// Whether a packed body was cut short where its packing does not end.
    var endsInsidePacking: Bool { !body.isComplete }

    /// The answer, its body handed over without a copy.
    func takeAnswer() -> HTTPAnswer {
        let status = long(CURLINFO_RESPONSE_CODE)
        let location = header.headers["Location"].flatMap { $0.isEmpty ? nil : $0 }
        return HTTPAnswer(
            status: status,
            headers: header.headers,
            body: body.takeBytes(),
            location: (300..<400).contains(status) ? location : nil
        )
    }
}

// MARK: - What libcurl measured

extension HTTPTransfer {
    func long(_ info: CURLINFO) -> Int {
        var value = 0
        return antenna_curl_get_long(easy, info, &value) == CURLE_OK ? value : 0
    }

    func offset(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        return antenna_curl_get_offset(easy, info, &value) == CURLE_OK ? Int64(value) : 0
    }
}

// MARK: - Callbacks

extension HTTPTransfer {
    /// Takes bytes of the body.
    fileprivate func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        do throws(HTTPBody.Refusal) {
            if !hasBody {
                hasBody = true
                // A length beyond the limit was refused with the header.
                try body.begin(header.headers, announced: offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T))
            }
            try body.take(bytes)
            return true
        } catch {
            verdict = refused(error)
            return false
        }
    }

    /// Takes one line of a header section.
    fileprivate func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard header.take(bytes) else {
            verdict = TransportError(
                .protocolViolation,
                operation: job.hop.operation,
                message: "the header section is larger than \(HTTPHeaderSection.maximumBytes >> 10) KiB"
            )
            return false
        }
        return true
    }

    /// A turn of the loop begins.
    func beginTurn() { moves = 0 }

    /// Counts a move of the transfer; false when it keeps the thread from all others.
    fileprivate func moveOn() -> Bool {
        moves += 1
        guard moves > Self.mostMovesInTurn else { return true }
        let peer = job.hop.proxy.map { "the proxy \($0)" } ?? job.hop.url.authority
        verdict = TransportError(
            .protocolViolation,
            operation: job.hop.operation,
            message: "\(peer) says more than anybody reads before it opens a way to \(job.hop.url.authority)"
        )
        return false
    }

    /// Opens a socket to a resolved address if the policy allows the address.
    fileprivate func open(_ target: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let family = target.pointee.family
        // libcurl keeps addresses longer than a plain sockaddr in place; the length says how far it reaches.
        let start = UnsafeRawPointer(target) + (MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0)
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(target.pointee.addrlen))
        guard let (address, port) = IPAddress.socketAddress(bytes, family: family) else { return CURL_SOCKET_BAD }
        guard isAllowed(address) else { return CURL_SOCKET_BAD }
        if case .v6 = address { lastAddress = "[\(address)]:\(port)" } else { lastAddress = "\(address):\(port)" }
        let socket = socket(family, target.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), target.pointee.protocol)
        if socket >= 0 { socketsOpened += 1 } else { noteShortage(errno) }
        return socket
    }

    /// This process can open no connection to anybody, which is no fault of the one it was for.
    private func noteShortage(_ error: Int32) {
        verdict = TransportError(
            .noNetwork,
            operation: job.hop.operation,
            message: "no connection can be opened here: \(String(cString: strerror(error)))",
            nativeCode: error
        )
    }

    /// Judges the peer of a connection before the request goes out on it: it may have been opened under another policy.
    fileprivate func isAllowed(peer: String) -> Bool {
        guard let address = IPAddress(peer) else { return false }
        return isAllowed(address)
    }

    private func isAllowed(_ address: IPAddress) -> Bool {
        guard let refusal = job.hop.policy.addresses.refusal(of: address) else { return true }
        let subject = job.hop.proxy == nil ? "\(address)" : "the proxy's address \(address)"
        verdict = TransportError(.forbiddenAddress, operation: job.hop.operation, message: "\(subject) \(refusal)")
        return false
    }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> HTTPTransfer? {
    context.map { Unmanaged<HTTPTransfer>.fromOpaque($0).takeUnretainedValue() }
}

let bodyArrived: curl_write_callback = { bytes, size, count, context in
    let length = size * count
    let taken = transfer(context)?.receive(UnsafeRawBufferPointer(start: bytes, count: length)) ?? false
    return taken ? length : Int(CURL_WRITEFUNC_ERROR)
}

let headerArrived: curl_write_callback = { bytes, size, count, context in
    let length = size * count
    let taken = transfer(context)?.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: length)) ?? false
    return taken ? length : Int(CURL_WRITEFUNC_ERROR)
}

let movedOn: curl_xferinfo_callback = { context, _, _, _, _ in
    transfer(context)?.moveOn() == true ? 0 : 1
}

let openSocket: curl_opensocket_callback = { context, _, target in
    guard let target else { return CURL_SOCKET_BAD }
    return transfer(context)?.open(target) ?? CURL_SOCKET_BAD
}

let beforeRequest: curl_prereq_callback = { context, peer, _, _, _ in
    guard let peer, transfer(context)?.isAllowed(peer: String(cString: peer)) == true else {
        return CURL_PREREQFUNC_ABORT
    }
    return CURL_PREREQFUNC_OK
}
