import Testing

@testable import Antenna
@testable import Worker

@Suite("What a job's own data say")
struct JobJudgementTests {
    private static let working = AntennaJobDetail(
        name: "Night 3",
        pipeline: "demo",
        dispatchMode: "async_api",
        status: "STARTED",
        projectID: 1,
        images: 10,
        remaining: 4,
        failed: 0
    )

    private func missing(project: Int? = nil, _ change: (inout AntennaJobDetail) -> Void) -> [String] {
        var job = Self.working
        change(&job)
        let findings = JobJudgement(job, pipelines: ["demo", "moths"], project: project).findings
        #expect(findings.filter { $0.status == .missing }.allSatisfy { $0.remedy != nil })
        return findings.filter { $0.status == .missing }.map(\.subject)
    }

    @Test("a job at work is good all the way, in the order of the way")
    func good() {
        let findings = JobJudgement(Self.working, pipelines: ["demo"], project: 1).findings
        #expect(findings.map(\.subject) == ["Name", "Pipeline", "Project", "Dispatch", "State", "Progress"])
        #expect(findings.allSatisfy { $0.status == .good })
        #expect(findings.last?.detail == "6 of 10 images are done")
    }

    @Test("each step that does not fit is named by itself")
    func steps() {
        #expect(missing { $0.pipeline = "birds" } == ["Pipeline"])
        #expect(missing { $0.pipeline = nil } == ["Pipeline"])
        #expect(missing(project: 2) { _ in } == ["Project"])
        #expect(missing { $0.dispatchMode = "sync_api" } == ["Dispatch"])
        #expect(missing(project: 2) { ($0.pipeline, $0.dispatchMode) = ("birds", "internal") }.count == 3)
        #expect(
            missing(project: 2) { ($0.pipeline, $0.status) = ("birds", "SUCCESS") } == [],
            "what is done needs nobody"
        )
    }

    @Test(
        "a state is judged by what its word means for workers",
        arguments: [
            ("CREATED", true), ("PENDING", true), ("STARTED", false), ("RETRY", false), ("SUCCESS", false),
            ("FAILURE", true),
            ("REVOKED", true), ("CANCELING", true), ("UNKNOWN", false), ("something new", false),
        ]
    )
    func states(_ word: String, isMissing: Bool) {
        #expect(missing { $0.status = word } == (isMissing ? ["State"] : []))
    }

    @Test("what an old server leaves out is not held against the job")
    func silent() {
        let findings = JobJudgement(AntennaJobDetail(pipeline: "demo"), pipelines: ["demo"], project: 1).findings
        #expect(findings.allSatisfy { $0.status != .missing })
    }

    @Test("images that failed are told of with the job's own reason")
    func failed() throws {
        var job = Self.working
        (job.failed, job.latestError) = (3, "404 at the host")
        let progress = try #require(JobJudgement(job, pipelines: ["demo"], project: nil).findings.last)
        #expect(progress.status == .note)
        #expect(progress.detail.contains("3 of them with an error") && progress.detail.contains("404 at the host"))
    }

    @Test("results that Antenna took and has not saved hold up a job of which all is analysed")
    func unsaved() {
        #expect(missing { ($0.remaining, $0.saved) = (0, 1) } == ["Results"])
        #expect(missing { ($0.remaining, $0.saved) = (0, 10) } == [])
        #expect(missing { ($0.remaining, $0.saved) = (4, 1) } == [], "it may still be on its way")
        #expect(missing { ($0.remaining, $0.saved, $0.status) = (0, .min, "RETRY") } == ["Results"])
    }

    @Test("counters that contradict each other are no trap")
    func absurd() {
        #expect(missing { ($0.images, $0.remaining, $0.failed) = (0, .max, .max) } == [])
        #expect(missing { ($0.images, $0.remaining, $0.failed) = (.max, 0, .min) } == [])
    }
}
