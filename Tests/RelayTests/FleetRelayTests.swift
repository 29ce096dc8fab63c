import Logging
import TestSupport
import Testing

@testable import Broker
@testable import Pipeline
@testable import Relay
@testable import Transport

@Suite("The relay's tickets and leases")
struct FleetRelayTests {
    let seal = RelaySeal(token: "token")
    let ticket = RelayTicket(relay: "r1", jobID: 12, replySubject: "$JS.ACK.job_12.c 1.5  x")

    @Test("A ticket reads back, whatever the subject looks like, at every relay with the same token")
    func ticketReadsBack() {
        let text = seal.seal(ticket, of: "7")
        #expect(seal.open(text, of: "7") == ticket && RelaySeal(token: "token").open(text, of: "7") == ticket)
        #expect(seal.fits(ticket, of: "7"))
        let long = RelayTicket(relay: "r", jobID: 1, replySubject: String(repeating: "s", count: 250))
        #expect(!seal.fits(long, of: "7") && seal.open(seal.seal(long, of: "7"), of: "7") == nil)
    }

    @Test("A ticket of another task, another token, or changed in any byte is none")
    func forged() {
        let text = seal.seal(ticket, of: "7")
        #expect(seal.open(text, of: "8") == nil)
        #expect(RelaySeal(token: "other").open(text, of: "7") == nil && RelaySeal(token: "").open(text, of: "7") == nil)
        for index in text.indices {
            var changed = text
            changed.replaceSubrange(index...index, with: text[index] == "x" ? "y" : "x")
            // The last character of a code has bits that mean nothing.
            #expect(seal.open(changed, of: "7").map { $0 == ticket } ?? true, "\(changed)")
        }
        let moved = RelayTicket(relay: "r1", jobID: 13, replySubject: ticket.replySubject)
        let code = RelayTicket.read(text)?.code ?? ""
        #expect(
            seal.open(moved.text(code: code), of: "7") == nil && seal.open(ticket.text(code: code), of: "7") == ticket
        )
    }

    @Test(
        "What is no ticket is none",
        arguments: [
            "", "antenna-relay-1", "antenna-relay-1 r 1 s", "antenna-relay-2 r 1 s", "antenna-relay-2 r x AAAA s",
            "antenna-relay-2  1 AAAA s", "antenna-relay-2 r 1 AAAA ", "antenna-relay-2 r 1 AAAA s",
            "antenna-relay-2 r 1  s",
            "antenna-relay-2 r 99999999999999999999 AAAA s",
        ]
    )
    func noTicket(text: String) {
        #expect(seal.open(text, of: "7") == nil)
    }

    @Test("No mutation of a ticket passes for another one")
    func fuzz() async {
        let examples = [ticket, RelayTicket(relay: "r2", jobID: 3, replySubject: "s")].map { seal.seal($0, of: "7") }
        await aside {
            for input in FuzzInputs(of: examples.map { Array($0.utf8) }, longest: 300) {
                guard let read = seal.open(String(decoding: input, as: UTF8.self), of: "7") else { continue }
                #expect(read == ticket || read == RelayTicket(relay: "r2", jobID: 3, replySubject: "s"))
            }
        }
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
        let name = ResultKey(posting: "7", ticket: first)
        #expect(others.allSatisfy { ResultKey(posting: "7", ticket: $0) != name })
        #expect(ResultKey(posting: "8", ticket: first) != name)
        #expect(ResultKey(posting: "7", ticket: RelayTicket(relay: "b", jobID: 1, replySubject: "s1")) == name)
    }
}
