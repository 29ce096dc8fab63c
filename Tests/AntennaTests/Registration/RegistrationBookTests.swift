import Testing

@testable import Antenna

@Suite struct RegistrationBookTests {
    private let expectation = PipelineExpectation(slug: "moths")

    @Test func whatIsWrongIsLookedAtSoonAndWhatIsWellSeldom() {
        var book = RegistrationBook()
        #expect(book.problems(inProject: 1, now: .zero) == nil)
        book.learn([], for: [expectation], inProject: 1, now: .zero)
        #expect(book.problems(inProject: 1, now: .seconds(29))?.keys.sorted() == ["moths"])
        #expect(book.problems(inProject: 1, now: .seconds(30)) == nil)
        book.learn([AntennaPipeline(slug: "moths")], for: [expectation], inProject: 1, now: .seconds(30))
        #expect(book.problems(inProject: 1, now: .seconds(629))?.isEmpty == true)
        #expect(book.problems(inProject: 1, now: .seconds(630)) == nil)
    }

    @Test func aServerThatShowsNothingIsTakenToBeWell() {
        var book = RegistrationBook()
        book.learn(nil, for: [expectation], inProject: 1, now: .zero)
        #expect(book.problems(inProject: 1, now: .zero)?.isEmpty == true)
    }

    @Test func theNumberOfJobsIsBounded() {
        var book = RegistrationBook()
        for id in 0...RegistrationBook.mostJobs { book.learn(job: id, project: 1) }
        #expect(book.project(ofJob: 0) == .none)
        #expect(book.project(ofJob: RegistrationBook.mostJobs) == .some(1))
    }
}
