import Foundation
import LocalAntenna
import Synchronization
import TestSupport

/// An image host that lets whoever asks wait until the test says otherwise: so a worker has something in hand, however late the test looks.
final class HeldImages: Sendable {
    private let server: RawHTTPServer
    private let isOpen = Opening()

    private final class Opening: Sendable {
        let state = Mutex(false)
    }

    init() throws {
        guard case .bytes(let picture, _)? = try TestSheet.sources(1).first else {
            throw TestEnvironmentError("There is no picture.")
        }
        server = try RawHTTPServer { [isOpen] connection in
            while connection.readRequest() != nil {
                while !isOpen.state.withLock(\.self), connection.isOpen(forMilliseconds: 20) {}
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(picture.count)\r\n\r\n")
                connection.send(picture)
            }
        }
    }

    /// The addresses of so many images.
    func urls(_ count: Int) -> [String] { (0..<count).map { "\(server.base)/\($0).jpg" } }

    /// The same, as an Antenna hands them out.
    func sources(_ count: Int) -> [ImageSource] { urls(count).map(ImageSource.address) }

    /// Connections that have come, each of which asks for an image and waits.
    var asked: Int { server.connectionCount }

    /// Answers from now on.
    func letGo() { isOpen.state.withLock { $0 = true } }
}
