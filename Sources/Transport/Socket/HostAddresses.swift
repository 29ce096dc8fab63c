import Foundation
import Telemetry

/// The addresses of a service, one after the other, so that none that is silent, frozen or refusing keeps a client from the others.
///
/// Whoever cannot connect **or log in**, or loses a connection, asks for the next one. In a round every address of every host comes
/// once; names are resolved as their turn comes, and the order is drawn anew for each round, so that the members of a fleet that
/// resolve alike do not all begin at the same one. An address gets little time in the first round and twice as much in each that
/// follows in vain: a silent one costs little, and a slow one is reached all the same.
///
/// Pure but for the resolver, which blocks the caller's thread for as long as the system's takes.
struct HostAddresses {
    typealias Resolver = @Sendable (HostPort) throws(TransportError) -> [HostAddress]

    /// How long connecting to an address, and logging in there, may take each in the first round.
    static let firstPatience = Duration.seconds(3)

    private let hosts: [HostPort]
    private let limit: Duration
    private let resolve: Resolver
    private var generator: any RandomNumberGenerator & Sendable
    private var unresolved: [HostPort] = []
    private var pending: [HostAddress] = []
    private var latest: HostAddress?
    private var rounds = 0

    /// Begins before the first round.
    ///
    /// - Parameters:
    ///   - hosts: One host or more.
    ///   - limit: The most time an address ever gets.
    ///   - generator: What draws the order.
    ///   - resolve: Names to addresses; the system's resolver when left out.
    init(
        _ hosts: [HostPort],
        limit: Duration,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        resolve: @escaping Resolver = Self.system
    ) {
        self.hosts = hosts
        self.limit = limit
        self.generator = generator
        self.resolve = resolve
    }

    /// Whether every address of this round was tried: time to wait before the next one.
    var isRoundOver: Bool { pending.isEmpty && unresolved.isEmpty }

    /// How long connecting to the address, and logging in there, may take each.
    var patience: Duration {
        min(limit, Self.firstPatience * (1 << min(max(0, rounds - 1), 10)))
    }

    /// The address to try now.
    ///
    /// - Throws: ``TransportError`` with code `nameResolution` when the name whose turn it is stands for no address; the call after it
    ///   goes on with the next one.
    mutating func next() throws(TransportError) -> HostAddress {
        if isRoundOver {
            unresolved = hosts
            unresolved.shuffle(using: &generator)
            // Not the one that was tried just now, if there is another.
            if let last = unresolved.last, last == latest?.host { unresolved.swapAt(0, unresolved.count - 1) }
            rounds += 1
        }
        if pending.isEmpty, let host = unresolved.popLast() {
            pending = try resolve(host)
            pending.shuffle(using: &generator)
            if let last = pending.last, last == latest { pending.swapAt(0, pending.count - 1) }
        }
        guard let address = pending.popLast() else {
            throw TransportError(.nameResolution, operation: "host.resolve", message: "no host has an address")
        }
        latest = address
        return address
    }

    /// A login has succeeded: addresses get as little time as at first again.
    ///
    /// Should the connection be lost, what is left of this round comes first.
    mutating func loggedIn() {
        rounds = isRoundOver ? 0 : 1
    }

    /// Asks the system, on this thread.
    static let system: Resolver = { host throws(TransportError) in
        var hints = addrinfo()
        // SOCK_STREAM, which C declares as another type on each system.
        hints.ai_socktype = 1
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host.host, nil, &hints, &list)
        guard status == 0 else {
            throw TransportError(
                .nameResolution,
                operation: "host.resolve",
                message: "\(host.host): \(String(cString: gai_strerror(status)))",
                nativeCode: status
            )
        }
        defer { freeaddrinfo(list) }
        var addresses: [HostAddress] = []
        var entry = list
        while let info = entry?.pointee {
            if let numeric = digits(of: info), !addresses.contains(where: { $0.numeric == numeric }) {
                addresses.append(HostAddress(host: host, numeric: numeric))
            }
            entry = info.ai_next
        }
        return addresses
    }

    private static func digits(of info: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = getnameinfo(info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        guard status == 0 else { return nil }
        return text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
    }
}
