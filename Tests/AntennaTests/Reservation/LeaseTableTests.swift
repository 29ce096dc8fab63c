import Concurrency
import Testing

@testable import Antenna
@testable import Pipeline

@Suite struct LeaseTableTests {
    private func task(_ id: Int, job: Int = 1, delivery: Int = 1) -> ImageTask {
        ImageTask(
            id: "\(id)",
            imageID: "\(id)",
            imageURL: "http://i/\(id)",
            replySubject: "ack.\(job).\(id).\(delivery)",
            pipeline: "moths",
            jobID: job
        )
    }

    @Test func handsOutFirstInFirstOut() {
        var leases = LeaseTable()
        for id in 1...3 { #expect(leases.admit(task(id), deadline: .seconds(300)) == true) }
        let order = (1...3).map { _ in leases.take(now: .zero, margin: .zero).taken?.task.id }
        #expect(order == ["1", "2", "3"])
        #expect(leases.take(now: .zero, margin: .zero).taken == nil)
        #expect(leases.outstanding == 3)
        #expect(leases.queued == 0)
    }

    @Test func whatSomebodyWaitsForIsHandedOutFirst() {
        var leases = LeaseTable()
        for id in 1...2 { #expect(leases.admit(task(id), deadline: .seconds(300)) == true) }
        var urgent = task(3)
        urgent.lane = .interactive
        #expect(leases.admit(urgent, deadline: .seconds(300)) == true)
        #expect(leases.take(now: .zero, margin: .zero, in: .batch).taken?.task.id == "1")
        #expect(leases.take(now: .zero, margin: .zero).taken?.task.id == "3")
        #expect(leases.take(now: .zero, margin: .zero, in: .interactive).taken == nil)
        #expect(leases.queued == 1 && leases.outstanding == 3)
    }

    @Test func aTaskDeliveredAgainWhileHeldIsNotDoneTwiceButAnswersTheLatestDelivery() {
        var leases = LeaseTable()
        #expect(leases.admit(task(1), deadline: .seconds(300)) == true)
        #expect(leases.admit(task(1, delivery: 2), deadline: .seconds(600)) == false)
        #expect(leases.take(now: .seconds(301), margin: .zero).taken != nil)
        #expect(leases.take(now: .seconds(301), margin: .zero).taken == nil)
        #expect(leases.admit(task(1, delivery: 3), deadline: .seconds(900)) == false)
        #expect(leases.queued == 0)
        #expect(leases.replySubject(of: task(1)) == "ack.1.1.3")
        #expect(leases.release(TaskKey(task(1)))?.deadline == .seconds(900))
        #expect(leases.release(TaskKey(task(1))) == nil)
        #expect(leases.admit(task(1, delivery: 4), deadline: .seconds(1200)) == true)
    }

    @Test func theSameImageInTwoJobsIsTwoTasks() {
        var leases = LeaseTable()
        #expect(leases.admit(task(1, job: 1), deadline: .seconds(300)) == true)
        #expect(leases.admit(task(1, job: 2), deadline: .seconds(300)) == true)
        #expect(leases.outstanding == 2)
    }

    @Test func whatCannotBeFinishedInTimeIsDroppedAndForgotten() {
        var leases = LeaseTable()
        _ = leases.admit(task(1), deadline: .seconds(100))
        _ = leases.admit(task(2), deadline: .seconds(100))
        _ = leases.admit(task(3), deadline: .seconds(200))
        let (taken, expired) = leases.take(now: .seconds(91), margin: .seconds(10))
        #expect(taken?.task.id == "3")
        #expect(expired.map(\.task.id) == ["1", "2"])
        #expect(leases.outstanding == 1)
        #expect(leases.admit(task(1, delivery: 2), deadline: .seconds(400)) == true)
    }

    @Test func atTheDeadlineToTheMomentThereIsStillTime() {
        var leases = LeaseTable()
        _ = leases.admit(task(1), deadline: .seconds(100))
        #expect(leases.take(now: .seconds(90), margin: .seconds(10)).taken != nil)
    }
}

@Suite struct RESTCompletionRateTests {
    @Test func isUnknownAtFirst() {
        var rate = CompletionRate(timeConstant: .seconds(30), now: .zero)
        #expect(rate.perSecond == nil)
        for _ in 0..<100 { rate.completed() }
        #expect(rate.perSecond == nil)
        rate.advance(to: .seconds(2), isBusy: true)
        #expect(rate.perSecond != nil)
    }

    @Test(arguments: [1, 8, 24]) func isTheSameForSinglesAndForBatches(batch: Int) throws {
        var rate = CompletionRate(timeConstant: .seconds(30), now: .zero)
        // Two tasks a second, finished in batches.
        for step in 1...(1200 / batch) {
            rate.advance(to: .seconds(Double(step * batch) / 2), isBusy: true)
            for _ in 0..<batch { rate.completed() }
        }
        let perSecond = try #require(rate.perSecond)
        #expect(perSecond > 1.5 && perSecond < 2.5)
    }

    @Test func idleTimeIsNoTime() throws {
        var rate = CompletionRate(timeConstant: .seconds(30), now: .zero)
        for second in 1...60 {
            rate.advance(to: .seconds(second), isBusy: true)
            rate.completed()
        }
        let before = try #require(rate.perSecond)
        rate.advance(to: .seconds(100_000), isBusy: false)
        #expect(rate.perSecond == before)
    }

    @Test func followsAChange() throws {
        var rate = CompletionRate(timeConstant: .seconds(30), now: .zero)
        for second in 1...100 {
            rate.advance(to: .seconds(second), isBusy: true)
            for _ in 0..<10 { rate.completed() }
        }
        for second in 101...250 {
            rate.advance(to: .seconds(second), isBusy: true)
            if second % 10 == 0 { rate.completed() }
        }
        let perSecond = try #require(rate.perSecond)
        #expect(perSecond < 0.3)
    }

    @Test func timeThatRunsBackwardsIsIgnored() throws {
        var rate = CompletionRate(timeConstant: .seconds(30), now: .seconds(10))
        rate.advance(to: .seconds(20), isBusy: true)
        for _ in 0..<10 { rate.completed() }
        let before = rate.perSecond
        rate.advance(to: .seconds(15), isBusy: true)
        #expect(rate.perSecond == before)
    }
}
