import Concurrency
import Foundation
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport

@testable import Antenna

@Suite(.timeLimit(.minutes(5))) struct ResultPosterTests {
    private let folder = TemporaryFolder()
    private let clock = JumpingClock()

    private func makePoster(
        _ server: ScriptedServer,
        spool: Spool,
        settings: ResultPoster.Settings = ResultPoster.Settings()
    ) throws -> ResultPoster {
        ResultPoster(
            client: try makeClient(server),
            spool: spool,
            settings: settings,
            clock: WaitClock(clock),
            generator: SeededGenerator(seed: 3),
            logger: quiet
        )
    }

    @Test func aResultIsPostedAtOnceAndNothingIsSpooled() async throws {
        let server = ScriptedServer { _ in .taken }
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool)
        try await poster.deliver(outgoing(1))
        #expect(server.calls == ["POST /jobs/1/result/"])
        #expect(server.requests.first?.subjects == ["ack.1.1.1"])
        #expect(ResultCounts(poster) == ResultCounts(posted: 1))
        #expect(spool.count == 0)
    }

    @Test(arguments: [408, 425, 429, 500, 502, 503, 504])
    func aPassingFailureIsRetriedQuickly(_ status: Int) async throws {
        let attempts = Atomic(0)
        let server = ScriptedServer { _ in
            attempts.add(1, ordering: .relaxed).newValue <= 2 ? .json("", status: status) : .taken
        }
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool)
        try await poster.deliver(outgoing(1))
        #expect(server.requests.count == 3)
        #expect(ResultCounts(poster) == ResultCounts(posted: 1))
        #expect(clock.now.offset < .seconds(5))
    }

    @Test func aPostWhoseAnswerIsLostIsPostedAgain() async throws {
        let attempts = Atomic(0)
        let server = ScriptedServer { _ throws(TransportError) in
            if attempts.add(1, ordering: .relaxed).newValue == 1 { throw .connectionLost }
            return .taken
        }
        let poster = try makePoster(server, spool: try await openSpool(folder))
        try await poster.deliver(outgoing(1))
        #expect(server.requests.map(\.subjects) == [["ack.1.1.1"], ["ack.1.1.1"]])
        #expect(poster.statistics.posted.value == 1)
    }

    @Test func aShortRetryAfterIsWaitedFor() async throws {
        let attempts = Atomic(0)
        let server = ScriptedServer { _ in
            attempts.add(1, ordering: .relaxed).newValue == 1
                ? AntennaAnswer(status: 429, retryAfter: .seconds(2)) : .taken
        }
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool)
        try await poster.deliver(outgoing(1))
        #expect(clock.now.offset >= .seconds(2))
        #expect(poster.statistics.spooled.value == 0)
    }

    @Test func aLongRetryAfterSpoolsAtOnceAndIsHonouredByTheSpool() async throws {
        let clock = self.clock
        let times = Mutex<[Duration]>([])
        let server = ScriptedServer { _ in
            let now = clock.now.offset
            times.withLock { $0.append(now) }
            return now < .seconds(100) ? AntennaAnswer(status: 503, retryAfter: .seconds(100) - now) : .taken
        }
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool)
        try await poster.deliver(outgoing(1))
        #expect(server.requests.count == 1)
        #expect(spool.count == 1)
        let running = Task { await poster.run() }
        try await untilEmpty(spool)
        poster.finish()
        await running.value
        #expect(times.withLock { $0.dropFirst().allSatisfy { $0 >= .seconds(100) } })
        #expect(ResultCounts(poster) == ResultCounts(posted: 1, spooled: 1))
    }

    @Test func whileTheServerIsAwayResultsGoStraightToTheSpoolAndAreSentWhenItReturns() async throws {
        let isUp = Mutex(false)
        let server = ScriptedServer { _ throws(TransportError) in
            if !isUp.withLock({ $0 }) { throw TransportError(.refused, operation: "http.post", message: "refused") }
            return .taken
        }
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool)
        try await poster.deliver(outgoing(1))
        let attempts = server.requests.count
        #expect(attempts == 3)
        for id in 2...10 { try await poster.deliver(outgoing(id)) }
        #expect(server.requests.count == attempts)
        #expect(spool.count == 10)
        isUp.withLock { $0 = true }
        let running = Task { await poster.run() }
        try await untilEmpty(spool)
        poster.finish()
        await running.value
        let delivered = server.requests.dropFirst(attempts).flatMap(\.subjects)
        #expect(delivered.sorted() == (1...10).map { "ack.1.\($0).1" }.sorted())
        #expect(delivered.first == "ack.1.1.1")
        #expect(ResultCounts(poster) == ResultCounts(posted: 10, spooled: 10))
        #expect(folder.files().isEmpty)
    }

    @Test func whatWasSpooledIsSentAfterARestart() async throws {
        let down = ScriptedServer { _ in .json("", status: 500) }
        do {
            let poster = try makePoster(down, spool: try await openSpool(folder))
            for id in 1...5 { try await poster.deliver(outgoing(id, json: #"{"n":\#(id)}"#)) }
        }
        try await untilReleased(folder)
        let up = ScriptedServer { _ in .taken }
        let spool = try await openSpool(folder)
        let poster = try makePoster(up, spool: spool)
        poster.finish()
        await poster.run()
        #expect(up.requests.flatMap(\.subjects).sorted() == (1...5).map { "ack.1.\($0).1" })
        #expect(
            up.requests.contains { String(decoding: $0.body ?? [], as: UTF8.self).contains(#""result":{"n":3}"#) }
        )
        #expect(spool.count == 0)
    }

    @Test func finishingWhileTheServerIsAwayLeavesTheRestForTheNextStart() async throws {
        let server = ScriptedServer { _ in .json("", status: 500) }
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool)
        for id in 1...3 { try await poster.deliver(outgoing(id)) }
        poster.finish()
        await poster.run()
        #expect(spool.count == 3)
    }

    @Test func aDamagedEntryDoesNotHoldUpTheOthers() async throws {
        let isUp = Mutex(false)
        let server = ScriptedServer { _ in isUp.withLock { $0 } ? .taken : .json("", status: 500) }
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool)
        for id in 1...3 { try await poster.deliver(outgoing(id)) }
        try Data("broken".utf8).write(to: URL(filePath: "\(folder.path)/\(folder.files()[0])"))
        isUp.withLock { $0 = true }
        poster.finish()
        await poster.run()
        #expect(spool.count == 0)
        #expect(poster.statistics.posted.value == 2)
    }

    @Test(arguments: [400, 404, 410, 413]) func whatTheServerNeverTakesIsSetAside(_ status: Int) async throws {
        let server = ScriptedServer { _ in .json("no", status: status) }
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool)
        try await poster.deliver(outgoing(1))
        #expect(spool.count == 0)
        #expect(ResultCounts(poster) == ResultCounts(refused: 1))
        #expect(folder.files("refused").count == 1)
    }

    @Test func anErrorGoesOutInPlaceOfAResultThatIsTooLargeAndTheResultIsKept() async throws {
        let server = ScriptedServer { request in
            (request.body?.count ?? 0) > 2_000 ? .json("<html>413</html>", status: 413) : .taken
        }
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool)
        let filler = String(repeating: "x", count: 4_000)
        let large = #"{"pipeline":"\#(filler)","source_images":[{"id":"77","url":"u"}],"detections":[]}"#
        try await poster.deliver(outgoing(1, json: large))
        #expect(server.requests.count == 2)
        let sent = String(decoding: server.requests.last?.body ?? [], as: UTF8.self)
        #expect(sent.contains(#""reply_subject":"ack.1.1.1""#))
        #expect(sent.contains(#""image_id":"77""#))
        #expect(sent.contains("The result has \(large.utf8.count) bytes") && sent.contains("--scores top:N"))
        #expect(folder.files("refused").count == 1)
        #expect(poster.statistics.refused.value == 1)
    }

    @Test func aResultThatIsTooLargeWaitsWholeWhileItsErrorCannotBePosted() async throws {
        let server = ScriptedServer { request throws(TransportError) in
            guard (request.body?.count ?? 0) > 2_000 else { throw .connectionLost }
            return .json("", status: 413)
        }
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool)
        let filler = String(repeating: "x", count: 4_000)
        try await poster.deliver(outgoing(1, json: #"{"pipeline":"\#(filler)","source_images":[{"id":7}]}"#))
        #expect(spool.count == 1)
        #expect(folder.files("refused").isEmpty)
    }

    @Test func noErrorStandsInForAnErrorOrForWhatNamesNoImage() throws {
        let refusal = AntennaError(.refused, operation: "result.post", message: "too large", nativeCode: 413)
        for json in [
            #"{"error":"no","image_id":"1","source_images":[{"id":"1"}]}"#, "{}", "[]", "", #"{"source_images":[]}"#,
        ] {
            #expect(outgoing(1, json: json).excuse(for: refusal) == nil)
        }
        let other = AntennaError(.refused, operation: "result.post", message: "no", nativeCode: 400)
        #expect(outgoing(1, json: #"{"source_images":[{"id":"1"}]}"#).excuse(for: other) == nil)
    }

    @Test func aWebPageIsNoAnswerToAResult() async throws {
        let server = ScriptedServer { _ in
            AntennaAnswer(status: 200, contentType: "text/html; charset=utf-8", body: Array("Please log in".utf8))
        }
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool)
        try await poster.deliver(outgoing(1))
        #expect(spool.count == 1)
        #expect(poster.statistics.posted.value == 0)
    }

    @Test func aRetryAfterOfACenturyIsAMistake() async throws {
        let isBack = Atomic(false)
        let server = ScriptedServer { _ in
            isBack.load(ordering: .relaxed)
                ? .taken : AntennaAnswer(status: 503, retryAfter: .seconds(100 * 366 * 86_400), body: [])
        }
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool)
        try await poster.deliver(outgoing(1))
        isBack.store(true, ordering: .relaxed)
        let draining = Task { await poster.run() }
        try await untilEmpty(spool)
        #expect(clock.now.offset <= .seconds(700))
        draining.cancel()
    }

    @Test func aSingleResultRejectedWithinA200IsSetAsideAlone() async throws {
        let server = ScriptedServer { _ in
            .json(#"{"tasks":[{"reply_subject":"ack.1.1.1","status":"rejected"}]}"#)
        }
        let poster = try makePoster(server, spool: try await openSpool(folder))
        try await poster.deliver(outgoing(1))
        try await poster.deliver(outgoing(2))
        #expect(ResultCounts(poster) == ResultCounts(posted: 1, refused: 1))
    }

    @Test func aRefusedTokenKeepsTheResultAndAsksSlowly() async throws {
        let clock = self.clock
        let server = ScriptedServer { _ in clock.now.offset < .seconds(300) ? .json("", status: 401) : .taken }
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool)
        try await poster.deliver(outgoing(1))
        #expect(server.requests.count == 1)
        #expect(spool.count == 1)
        let running = Task { await poster.run() }
        try await untilEmpty(spool)
        poster.finish()
        await running.value
        // Five minutes at half a minute to a minute each.
        #expect((6...12).contains(server.requests.count))
    }

    @Test func aFullSpoolHoldsDeliveriesUntilThereIsRoom() async throws {
        let clock = self.clock
        let server = ScriptedServer { _ in clock.now.offset < .seconds(100) ? .json("", status: 500) : .taken }
        let spool = try await openSpool(folder, maximumEntries: 1)
        let poster = try makePoster(server, spool: spool)
        try await poster.deliver(outgoing(1))
        #expect(poster.outlook.isBackedUp)
        let told = Mutex<[Bool]>([])
        poster.observeOutlook { outlook in told.withLock { $0.append(outlook.isBackedUp) } }
        try await poster.deliver(outgoing(2))
        #expect(clock.now.offset >= .seconds(100))
        poster.finish()
        await poster.run()
        #expect(!poster.outlook.isBackedUp)
        #expect(told.withLock(\.self) == [true, false])
        #expect(poster.statistics.posted.value == 2)
    }

    @Test func cancellingADeliveryWithoutAPlaceEndsIt() async throws {
        let server = ScriptedServer { _ in .json("", status: 500) }
        let spool = try await openSpool(folder, maximumEntries: 1)
        try await spool.add(outgoing(9))
        let clock = TestClock()
        let poster = ResultPoster(client: try makeClient(server), spool: spool, clock: WaitClock(clock), logger: quiet)
        let delivery = Task { try await poster.deliver(outgoing(1)) }
        for _ in 0..<2 {
            await clock.sleepers()
            clock.advanceToNextSleeper()
        }
        await clock.sleepers()
        delivery.cancel()
        await #expect(throws: CancellationError.self) { try await delivery.value }
        #expect(spool.count == 1)
    }

    @Test func postsAreBounded() async throws {
        let gate = Gate()
        let inFlight = Mutex((now: 0, most: 0))
        let server = ScriptedServer { _ in
            inFlight.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            await gate.passed()
            inFlight.withLock { $0.now -= 1 }
            return .taken
        }
        var settings = ResultPoster.Settings()
        settings.postsInFlight = 2
        let spool = try await openSpool(folder)
        let poster = try makePoster(server, spool: spool, settings: settings)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in 0..<22 { group.addTask { try await poster.deliver(outgoing(id, job: id % 2)) } }
            // Two are on their way; the others queue up behind them.
            try await eventually { poster.turns.waiting >= 20 && inFlight.withLock { $0.now } == 2 }
            gate.open()
            try await group.waitForAll()
        }
        #expect(poster.statistics.posted.value == 22)
        #expect(inFlight.withLock { $0.most } == 2)
        for request in server.requests {
            #expect(request.subjects.count == 1)
            #expect(request.subjects.allSatisfy { $0.hasPrefix("ack.\(request.jobID).") })
        }
        #expect(Set(server.requests.flatMap(\.subjects)).count == 22)
    }

    @Test func aResultThatSomebodyWaitsForDoesNotWaitForThoseOfABacklog() async throws {
        let gate = Gate()
        let server = ScriptedServer { request in
            if request.subjects != ["ack.1.9.1"] { await gate.passed() }
            return .taken
        }
        var settings = ResultPoster.Settings()
        settings.postsInFlight = 2
        let poster = try makePoster(server, spool: try await openSpool(folder), settings: settings)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in 0..<5 { group.addTask { try await poster.deliver(outgoing(id)) } }
            try await eventually { poster.turns.waiting == 3 }
            try await Lane.$current.withValue(.interactive) { try await poster.deliver(outgoing(9)) }
            #expect(poster.statistics.posted.value == 1)
            gate.open()
            try await group.waitForAll()
        }
    }

    private func untilEmpty(_ spool: Spool) async throws {
        try await eventually { spool.count == 0 }
    }
}

/// Holds whoever comes until it is opened.
final class Gate: Sendable {
    private let opened = OneShot()

    func passed() async { await opened.wait() }

    func open() { opened.fire() }
}
