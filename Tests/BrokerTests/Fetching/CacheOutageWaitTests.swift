import Pipeline
import Testing

@testable import Broker

@Suite struct CacheOutageWaitTests {
    private let passing = CacheFailure(message: "away", isPermanent: false)

    @Test func anOutageIsWaitedForOnceHoweverManyMeetIt() {
        let patience = CacheOutageWait(.seconds(30))
        #expect(patience.isLeft(after: passing, at: .seconds(100)))
        #expect(patience.isLeft(after: nil, at: .seconds(129)))
        for moment in 130..<160 { #expect(!patience.isLeft(after: passing, at: .seconds(moment))) }
        patience.succeeded()
        #expect(patience.isLeft(after: passing, at: .seconds(160)), "the next outage has a patience of its own")
    }

    @Test func nothingWaitsForWhatDoesNotPass() {
        let patience = CacheOutageWait(.seconds(30))
        #expect(!patience.isLeft(after: CacheFailure(message: "no rights", isPermanent: true), at: .zero))
    }
}
