/// One hop on its way through the thread.
struct HTTPJob: Sendable {
    typealias ID = UInt64

    let id: ID
    let hop: HTTPHop
    let deadline: ContinuousClock.Instant
    let completion: CheckedContinuation<Result<HTTPAnswer, TransportError>, Never>
}
