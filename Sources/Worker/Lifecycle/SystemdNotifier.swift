import Foundation

/// Tells systemd how the process is, by the socket it names in `NOTIFY_SOCKET`; does nothing without one.
struct SystemdNotifier: Sendable {
    private let socketPath: String?
    /// How often systemd wants to hear that the process lives; nil when it does not want to.
    let watchdogInterval: Duration?

    /// Reads what systemd wants from the environment of the process.
    init(environment: [String: String]) {
        socketPath = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(ProcessInfo.processInfo.processIdentifier)" } ?? true
        let limit = environment["WATCHDOG_USEC"].flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil }
        watchdogInterval = isForUs ? limit.map { .microseconds(max(1, $0 / 2)) } : nil
    }

    /// The worker takes tasks, or is about to.
    func ready() { send("READY=1") }

    /// The worker lives, and moves.
    func alive() { send("WATCHDOG=1") }

    /// The worker ends.
    func stopping() { send("STOPPING=1") }

    /// One datagram; one that nobody takes is dropped, and must not hold up the watchdog.
    private func send(_ text: String) {
        guard let socketPath, let address = Self.address(of: socketPath) else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var (name, length) = address
        let bytes = Array(text.utf8)
        withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), pointer, length)
            }
        }
    }

    /// The address of a path, or with an `@` in front of a name that is in no folder; nil when it is too long.
    private static func address(of path: String) -> (sockaddr_un, socklen_t)? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        let isAbstract = bytes.first == UInt8(ascii: "@")
        withUnsafeMutableBytes(of: &address.sun_path) { memory in
            memory.copyBytes(from: bytes)
            if isAbstract { memory[0] = 0 }
        }
        // A path ends with a zero that counts; a name without a folder is as long as it says.
        let length = MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1)
        return (address, socklen_t(length))
    }
}
