package import FlyingFox
import FlyingSocks
import Foundation

/// An HTTP server that listens.
package struct ListeningServer: Sendable {
    /// Why a server cannot listen.
    package enum Failure: Error, CustomStringConvertible {
        /// The text is no IPv4 or IPv6 address.
        case badAddress(String)
        /// The system would not have it.
        case cannotListen(String)

        package var description: String {
            switch self {
            case .badAddress(let reason), .cannotListen(let reason): reason
            }
        }
    }

    /// The port it listens on.
    package let port: UInt16
    private let server: HTTPServer
    private let task: Task<Void, any Error>

    /// Listens.
    ///
    /// - Parameters:
    ///   - address: An IPv4 or IPv6 address of this machine.
    ///   - port: The port; 0 takes any that is free.
    ///   - timeout: How long answering one request may take, in seconds.
    ///   - handler: Answers.
    /// - Returns: The server, which listens by now.
    /// - Throws: ``Failure``.
    package static func start(
        address: String,
        port: UInt16,
        timeout: Double,
        handler: any HTTPHandler
    ) async throws(Failure) -> ListeningServer {
        let server = try makeServer(address: address, port: port, timeout: timeout, handler: handler)
        let (outcomes, report) = AsyncStream.makeStream(of: Failure?.self)
        let task = Task {
            do {
                try await server.run()
            } catch {
                report.yield(.cannotListen("\(error)"))
                throw error
            }
        }
        let waiting = Task {
            try await server.waitUntilListening(timeout: 30)
            report.yield(nil)
        }
        defer { waiting.cancel() }
        for await failure in outcomes {
            if let failure { throw failure }
            break
        }
        guard let port = await server.listeningPort else {
            task.cancel()
            throw .cannotListen("no port")
        }
        return ListeningServer(port: port, server: server, task: task)
    }

    /// Stops listening, lets answers that are under way end, and cuts the rest.
    ///
    /// - Parameter patience: How long that takes, in seconds; also when no answer is under way, because FlyingFox sees the end of its
    ///   listening only when it is cancelled.
    package func stop(patience: Double = 2) async {
        await server.stop(timeout: patience)
        task.cancel()
        // The end of the listening task is an error by design; whether it was asked for is known here.
        _ = await task.result
    }

    private static func makeServer(
        address: String,
        port: UInt16,
        timeout: Double,
        handler: any HTTPHandler
    ) throws(Failure) -> HTTPServer {
        do {
            if address.contains(":") {
                return makeServer(try sockaddr_in6.inet6(ip6: address, port: port), timeout, handler)
            } else {
                return makeServer(try sockaddr_in.inet(ip4: address, port: port), timeout, handler)
            }
        } catch {
            throw .badAddress("\(error)")
        }
    }

    private static func makeServer(
        _ address: some SocketAddress,
        _ timeout: Double,
        _ handler: any HTTPHandler
    ) -> HTTPServer {
        HTTPServer(
            address: address,
            timeout: timeout,
            pool: UndelayedSocketPool(),
            logger: .disabled,
            handler: handler
        )
    }
}

extension HTTPServer {
    fileprivate var listeningPort: UInt16? {
        switch listeningAddress {
        case .ip4(_, let port)?, .ip6(_, let port)?: port
        default: nil
        }
    }
}
