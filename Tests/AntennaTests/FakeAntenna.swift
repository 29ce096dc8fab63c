import Synchronization
import TestSupport
import Transport

@testable import Antenna

/// A small Antenna in memory: jobs, leases with redelivery by a test's clock, results; and faults on request.
final class FakeAntenna: Sendable {
    struct Faults: Sendable {
        /// Every so many-th reservation takes effect, and its answer is lost.
        var losesReservation = 0
        /// Every so many-th result is taken, and its answer is lost.
        var losesResult = 0
        /// Every so many-th call of any kind is answered 500, before anything happens.
        var fails = 0
    }

    private struct Item {
        var deliveries = 0
        var leasedUntil: Duration?
        var results = 0
    }

    private struct State {
        var jobs: [Int: [Int: Item]] = [:]
        var reservations = 0
        var results = 0
        var calls = 0
    }

    let lease: Duration
    private let state: Mutex<State>
    private let clock: JumpingClock
    private let faults: Faults

    init(jobs: [Int: Int], clock: JumpingClock, lease: Duration = .seconds(300), faults: Faults = Faults()) {
        var state = State()
        for (job, count) in jobs {
            state.jobs[job] = Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, Item()) })
        }
        self.state = Mutex(state)
        self.clock = clock
        self.lease = lease
        self.faults = faults
    }

    /// How often each task of a job was answered.
    func results(job: Int) -> [Int] {
        state.withLock { $0.jobs[job, default: [:]].sorted { $0.key < $1.key }.map(\.value.results) }
    }

    var deliveries: Int {
        state.withLock { $0.jobs.values.flatMap(\.values).map(\.deliveries).reduce(0, +) }
    }

    func answer(_ request: AntennaRequest) throws(TransportError) -> AntennaAnswer {
        let now = clock.now.offset
        return try state.withLock { state throws(TransportError) in
            state.calls += 1
            if faults.fails > 0, state.calls % faults.fails == 0 { return .json("", status: 500) }
            if request.isJobs {
                let open = state.jobs.filter { $0.value.values.contains { $0.results == 0 } }.keys.sorted()
                let list = open.map { #"{"id":\#($0),"pipeline_slug":"moths"}"# }.joined(separator: ",")
                return .json(#"{"results":[\#(list)]}"#)
            }
            if request.isResult { return try take(request, &state) }
            return try reserve(request, now: now, &state)
        }
    }

    private func reserve(
        _ request: AntennaRequest,
        now: Duration,
        _ state: inout State
    ) throws(TransportError) -> AntennaAnswer {
        var ids: [Int] = []
        let job = request.jobID
        let ready = state.jobs[job, default: [:]].filter {
            $0.value.results == 0 && ($0.value.leasedUntil ?? now) <= now
        }
        for id in ready.keys.sorted().prefix(request.batchSize) {
            state.jobs[job]?[id]?.leasedUntil = now + lease
            state.jobs[job]?[id]?.deliveries += 1
            ids.append(id)
        }
        state.reservations += 1
        if faults.losesReservation > 0, state.reservations % faults.losesReservation == 0 { throw .connectionLost }
        return .tasks(ids, job: job, delivery: 1)
    }

    private func take(_ request: AntennaRequest, _ state: inout State) throws(TransportError) -> AntennaAnswer {
        for subject in request.subjects {
            let parts = subject.split(separator: ".")
            guard parts.count == 4, let job = Int(parts[1]), let id = Int(parts[2]) else {
                return .json("bad subject", status: 400)
            }
            state.jobs[job]?[id]?.results += 1
        }
        state.results += 1
        if faults.losesResult > 0, state.results % faults.losesResult == 0 { throw .connectionLost }
        return .taken
    }
}
