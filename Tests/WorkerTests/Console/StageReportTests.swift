import Pipeline
import Telemetry
import Testing

@testable import Worker

@Suite("The report of stages")
struct StageReportTests {
    @Test(
        "counts one and many, and leaves out what did not happen",
        arguments: [
            (0, 0, 0, "0 images analysed, 0 insects"),
            (1, 1, 0, "1 image analysed, 1 insect"),
            (7, 117, 1, "7 images analysed, 117 insects, 1 image answered with an error"),
            (7, 117, 2, "7 images analysed, 117 insects, 2 images answered with an error"),
        ]
    )
    func outcome(images: Int, insects: Int, errors: Int, sentence: String) {
        let statistics = WorkerStatistics()
        statistics.succeeded.add(images)
        statistics.insects.add(insects)
        statistics.failed.add(errors)
        #expect(StageReport(statistics).text.split(separator: "\n").first.map(String.init) == sentence)
    }

    @Test("tasks that come again are told")
    func tasksThatComeAgain() {
        let statistics = WorkerStatistics()
        statistics.givenBack.add(1)
        statistics.unsettled.add(2)
        let text = StageReport(statistics).text
        #expect(text.hasPrefix("0 images analysed, 0 insects, 1 task given back, 2 tasks not settled\n"))
    }
}
