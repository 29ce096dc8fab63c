internal import CCurl
internal import Concurrency
internal import Foundation
internal import Synchronization
import Telemetry

/// An HTTP client on libcurl: one thread of its own, kept-alive connections, HTTP/2 where offered, limits on everything.
///
/// Connections are shared by all requests; the address policy of each request is checked also when it uses a connection that
/// another one opened. TLS is always verified.
package final class HTTPClient: Sendable {
    /// The settings of all requests of a client.
    package struct Configuration: Sendable {
        /// The `User-Agent` of requests that set none.
        package var userAgent = "antenna-worker"
        /// Transfers at once to one scheme, host and port; more wait.
        package var maximumConnectionsPerHost = 16
        /// Transfers at once in all; more wait.
        package var maximumConnections = 64
        /// Idle connections kept for later.
        package var maximumIdleConnections = 32
        /// The authorities whose certificates are trusted.
        package var authorities = TLSAuthorities()
        /// Asks the name service, when a name was not resolved, whether that is the name's fault.
        var resolve = HostAddresses.system

        /// The defaults.
        package init() {}
    }

    private let mailbox: Mailbox<HTTPCommand>
    private let offlineDetector: OfflineDetector
    private let nextID = Atomic<UInt64>(0)

    /// `curl_global_init` is to be called once, before anything else of libcurl.
    private static let globalInit: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    /// Starts the client's thread.
    ///
    /// - Parameter configuration: What holds for all requests.
    /// - Throws: ``TransportError`` with `configuration` when the authorities cannot be read, `internal` when libcurl does not start.
    package init(configuration: Configuration = Configuration()) throws(TransportError) {
        let operation: OperationName = "http.start"
        try configuration.authorities.check()
        guard Self.globalInit == CURLE_OK, let multi = curl_multi_init() else {
            throw TransportError(
                .internal,
                operation: operation,
                message: "libcurl did not start",
                nativeCode: Int32(bitPattern: Self.globalInit.rawValue)
            )
        }
        let handle = MultiHandle(pointer: multi)
        let mailbox = Mailbox<HTTPCommand> { handle.wake() }
        do throws(TransportError) {
            try startThread(name: "http", operation: operation) {
                HTTPLoop(configuration, multi: handle, mailbox: mailbox).run()
            }
        } catch {
            handle.free()
            throw error
        }
        self.mailbox = mailbox
        offlineDetector = OfflineDetector(resolve: configuration.resolve)
    }

    deinit {
        mailbox.close()
    }

    /// Makes a request and returns the whole answer, whatever its status.
    ///
    /// Cancelling the task ends the transfer at once.
    ///
    /// - Parameter request: The request and its limits.
    /// - Returns: The answer after redirects.
    /// - Throws: ``TransportError`` when there is no complete answer within the limits.
    package func execute(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let deadline = ContinuousClock.now + request.policy.totalTimeout
        var chain = try RedirectChain(request)
        while true {
            let answer: HTTPAnswer
            do throws(TransportError) {
                answer = try await transfer(chain.hop, deadline: deadline)
            } catch {
                throw await offlineDetector.judged(chain.explained(error), of: chain.hop.url)
            }
            offlineDetector.answered()
            guard try chain.answered(redirectingTo: answer.location) == .finish else { continue }
            return HTTPResponse(
                status: answer.status,
                headers: answer.headers,
                body: answer.body,
                effectiveURL: chain.hop.url.text,
                redirectCount: chain.count
            )
        }
    }

    /// Ends all transfers with an error and the thread; later calls fail at once.
    ///
    /// Returns without waiting.
    package func shutdown() {
        mailbox.close()
    }

    private func transfer(
        _ hop: HTTPHop,
        deadline: ContinuousClock.Instant
    ) async throws(TransportError) -> HTTPAnswer {
        let (id, lane) = (nextID.add(1, ordering: .relaxed).newValue, Lane.current)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { completion in
                let job = HTTPJob(
                    id: id,
                    hop: hop,
                    lane: lane,
                    deadline: deadline,
                    completion: completion
                )
                guard !Task.isCancelled else {
                    return completion.resume(returning: .failure(.cancelled(hop.operation)))
                }
                guard mailbox.post(.start(job)) else {
                    return completion.resume(returning: .failure(.shutDown(hop.operation)))
                }
                // A cancellation since the question, before the job was there, found nobody.
                if Task.isCancelled { mailbox.post(.cancel(id)) }
            }
        } onCancel: {
            mailbox.post(.cancel(id))
        }
        return try result.get()
    }
}

extension TransportError {
    static func shutDown(_ operation: OperationName) -> TransportError {
        TransportError(.closed, operation: operation, message: "the HTTP client was shut down", isRetriable: false)
    }

    static func cancelled(_ operation: OperationName) -> TransportError {
        TransportError(.cancelled, operation: operation, message: "the request was cancelled")
    }
}
