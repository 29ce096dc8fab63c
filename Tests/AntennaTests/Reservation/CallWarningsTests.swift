import Testing

@testable import Antenna

@Suite struct CallWarningsTests {
    private let one = CallWarnings.Call.tasks(job: 1)
    private let two = CallWarnings.Call.tasks(job: 2)

    /// Whether each of these steps, one after the other, is to be told.
    private func told(_ steps: (inout CallWarnings) -> Bool...) -> [Bool] {
        var warnings = CallWarnings()
        return steps.map { $0(&warnings) }
    }

    @Test func anOutageOfAllIsToldOnceAndSoIsItsEnd() {
        let told = told(
            { $0.waits(one, since: .zero) },
            // The list is answered meanwhile, which says nothing of the queue.
            { $0.answered(.jobs, now: .seconds(11)) != nil },
            { $0.waits(one, since: .zero) },
            { $0.waits(two, since: .seconds(2)) },
            // The first answer says why, whoever waited first.
            { $0.failed(two, now: .seconds(120)) },
            { $0.failed(one, now: .seconds(122)) },
            { $0.failed(one, now: .seconds(250)) },
            { $0.waits(one, since: .seconds(260)) },
            { $0.answered(two, now: .seconds(300)) == .seconds(298) },
            { $0.answered(one, now: .seconds(301)) != nil },
            { $0.answered(one, now: .seconds(302)) != nil }
        )
        #expect(told == [true, false, false, false, true, false, false, false, true, false, false])
    }

    @Test func theTroubleOfOneJobHidesNotThatOfAnother() {
        let told = told(
            { $0.failed(one, now: .zero) },
            { $0.answered(two, now: .seconds(1)) != nil },
            { $0.failed(two, now: .seconds(2)) },
            // Nothing of its kind was answered since.
            { $0.failed(.jobs, now: .seconds(3)) },
            { $0.answered(.jobs, now: .seconds(4)) != nil },
            { $0.failed(.jobs, now: .seconds(5)) }
        )
        #expect(told == [true, false, true, false, false, true])
    }

    @Test func aShortTroubleEndsWithoutAWord() {
        let told = told(
            { $0.failed(one, now: .zero) },
            { $0.answered(one, now: .seconds(2)) != nil },
            { $0.failed(one, now: .seconds(3)) }
        )
        #expect(told == [true, false, true])
    }

    @Test func theEndIsToldThoughTheJobOfTheBeginningIsGone() {
        let told = told(
            { $0.failed(one, now: .zero) },
            { $0.failed(two, now: .seconds(1)) },
            {
                $0.forget(one)
                return $0.answered(two, now: .seconds(60)) == .seconds(59)
            }
        )
        #expect(told == [true, false, true])
    }
}
