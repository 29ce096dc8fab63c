import Concurrency
import Logging
package import Pipeline
import Synchronization
import Telemetry

extension RESTTaskSource: LeaseSettling {
    /// Posts the result, or forgets the task so that the server delivers it again: REST knows no giving back.
    ///
    /// Returns once the result is safe, as ``ResultPosting/deliver(_:)`` says; waits while it cannot be.
    package func settle(_ task: ImageTask, _ settlement: Settlement) async throws {
        switch settlement {
        case .completed(let result):
            try await deliver(result, for: task)
        case .retry(let reason):
            giveBack(task)
            logger.debug(
                "Task given back; the server delivers it again after its lease",
                metadata: [LogKey.taskID: "\(task.id)", LogKey.reason: "\(reason)"]
            )
        }
    }

    private func deliver(_ result: EncodedResult, for task: ImageTask) async throws {
        guard let jobID = task.jobID else {
            giveBack(task)
            throw AntennaError(
                .configuration,
                operation: "result.post",
                message: "the task names no job, so its result has nowhere to go"
            )
        }
        let outgoing = OutgoingResult(
            jobID: jobID,
            replySubject: state.withLock { $0.leases.replySubject(of: task) },
            taskID: task.id,
            json: result.json
        )
        do {
            try await poster.deliver(outgoing)
        } catch {
            giveBack(task)
            throw error
        }
        let now = clock.now
        state.withLock { state in
            state.letTimePass(to: now)
            guard let held = state.leases.release(TaskKey(task)) else { return }
            state.counters.completed += 1
            state.rate.completed()
            if let handedOutAt = held.handedOutAt {
                let latency = now - handedOutAt
                state.latency = state.latency == .zero ? latency : (state.latency * 4 + latency) / 5
            }
        }
        changed.notify()
    }

    private func giveBack(_ task: ImageTask) {
        let now = clock.now
        state.withLock { state in
            state.letTimePass(to: now)
            guard let held = state.leases.release(TaskKey(task)) else { return }
            state.counters.givenBack += 1
            state.expectReturn(of: task, by: held.deadline)
        }
        changed.notify()
    }
}
