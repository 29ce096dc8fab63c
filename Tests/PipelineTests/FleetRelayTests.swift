import Logging
import Testing

@testable import Pipeline
@testable import Transport

@Suite("The relay's tickets and leases")
struct FleetRelayTests {
    @Test("A ticket reads back, whatever the subject looks like")
    func ticket() {
        let ticket = RelayTicket(relay: "r1", jobID: 12, replySubject: "$JS.ACK.job_12.c 1.5  x")
        #expect(RelayTicket("\(ticket)") == ticket)
        #expect(ticket.fits)
        #expect(!RelayTicket(relay: "r", jobID: 1, replySubject: String(repeating: "s", count: 250)).fits)
    }

    @Test(
        "What is no ticket is none",
        arguments: [
            "", "antenna-relay-1", "antenna-relay-1 r x s", "antenna-relay-1 r 1 ", "antenna-relay-2 r 1 s",
            "antenna-relay-1  1 s",
        ]
    )
    func noTicket(text: String) {
        #expect(RelayTicket(text) == nil)
    }

    struct Settler: LeaseSettling {
        func settle(_ task: ImageTask, _ settlement: Settlement) async throws {}
    }

    func lease(_ id: String, job: Int, deadline: ContinuousClock.Instant?) -> Lease {
        Lease(
            task: ImageTask(id: id, imageID: "1", imageURL: "", replySubject: "s", pipeline: "p", jobID: job),
            takenAt: .now,
            deadline: deadline,
            settler: Settler(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test("Leases are kept by job and task, and end once")
    func ledger() async throws {
        let start = ContinuousClock.now
        var ledger = RelayLedger()
        let leases = [
            lease("1", job: 1, deadline: start + .seconds(1)), lease("1", job: 2, deadline: start + .seconds(3)),
            lease("2", job: 1, deadline: nil),
        ]
        for lease in leases { #expect(ledger.insert(lease) == nil) }
        #expect(ledger.count == 3)
        #expect(ledger.takeExpired(at: start).isEmpty)
        #expect(ledger.takeExpired(at: start + .seconds(2)).map(\.task.jobID) == [1])
        #expect(ledger.take(TaskKey(jobID: 1, taskID: "1")) == nil)
        #expect(ledger.take(TaskKey(jobID: 2, taskID: "1")) === leases[1])
        #expect(ledger.take(TaskKey(jobID: 2, taskID: "1")) == nil)
        let again = lease("2", job: 1, deadline: nil)
        #expect(ledger.insert(again) === leases[2])
        #expect(ledger.takeAll().count == 1 && ledger.count == 0)
        for lease in leases + [again] { try await lease.settle(.retry(reason: "test")) }
    }

    @Test("Each delivery of a task is posted for itself")
    func names() {
        let first = RelayTicket(relay: "a", jobID: 1, replySubject: "s1")
        let others = [
            RelayTicket(relay: "a", jobID: 2, replySubject: "s1"),
            RelayTicket(relay: "a", jobID: 1, replySubject: "s2"),
        ]
        let name = ConfirmedResult(posting: "7", ticket: first)
        #expect(others.allSatisfy { ConfirmedResult(posting: "7", ticket: $0) != name })
        #expect(ConfirmedResult(posting: "8", ticket: first) != name)
        #expect(ConfirmedResult(posting: "7", ticket: RelayTicket(relay: "b", jobID: 1, replySubject: "s1")) == name)
    }
}
