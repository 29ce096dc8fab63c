import Concurrency

/// One hop on its way through the thread.
struct HTTPJob: Sendable {
    typealias ID = UInt64

    let id: ID
    let hop: HTTPHop
    let lane: Lane
    let deadline: ContinuousClock.Instant
    let completion: CheckedContinuation<Result<HTTPAnswer, TransportError>, Never>
}
