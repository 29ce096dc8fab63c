import Antenna
import Foundation
import LocalAntenna
import TestSupport
import Testing
import Transport
import WorkerTestSupport

@Suite("explain, asked of a local Antenna", .timeLimit(.minutes(5)))
struct ExplainTests {
    /// Asks about jobs, and returns the status and what was said.
    private func explain(_ antenna: LocalAntennaServer, _ arguments: [String]) async throws -> (
        status: Int32, said: String
    ) {
        try await RunningProgram(
            ["explain", "--base-url", antenna.baseURL, "--pipeline", "demo", "--models", PackagePaths.models]
                + arguments
        ).end()
    }

    /// A server with one job of the demo pipeline, after a change.
    private func withJob(
        _ change: (inout JobSeed, inout LocalAntennaConfiguration) throws -> Void = { _, _ in },
        body: (LocalAntennaServer) async throws -> Void
    ) async throws {
        try await withLocalAntenna { configuration in
            var job = JobSeed(pipelineSlug: "demo", images: try TestSheet.sources(3))
            configuration.projects.append(LocalAntennaConfiguration.Project(id: 2, name: "Another"))
            try change(&job, &configuration)
            configuration.jobs = [job]
        } body: { antenna in
            try await body(antenna)
        }
    }

    @Test("nothing holds up a job that is well; --take-one takes a task and fetches its image")
    func well() async throws {
        try await withJob { antenna in
            for arguments in [["--job", "1"], []] {
                let answer = try await explain(antenna, arguments)
                #expect(answer.status == 0 && answer.said.contains("Nothing seen here holds it up."), "\(answer.said)")
                #expect(answer.said.contains("Job 1\n"))
            }
            #expect(antenna.counts().pending == 3, "no task was taken")
            let answer = try await explain(antenna, ["--job", "1", "--take-one"])
            #expect(answer.status == 0 && answer.said.contains("was fetched"), "\(answer.said)")
            #expect(antenna.counts().reserved == 1)
        }
    }

    @Test("what holds a job up is named, with status 1", arguments: Obstacle.allCases)
    func held(_ obstacle: Obstacle) async throws {
        try await withJob { job, configuration in
            obstacle.build(&job, &configuration)
        } body: { antenna in
            let answer = try await explain(
                antenna,
                ["--job", obstacle == .unknownJob ? "99" : "1"] + obstacle.arguments
            )
            #expect(answer.status == 1 && answer.said.contains(obstacle.sentence), "\(answer.said)")
            #expect(answer.said.contains("What holds it up\n  1. ") && answer.said.contains("    → "))
        }
    }

    enum Obstacle: CaseIterable {
        case noToken, wrongProject, unknownProject, unregistered, dispatch, notStarted, forbidden, queueAway,
            otherPipeline, unknownJob

        func build(_ job: inout JobSeed, _ configuration: inout LocalAntennaConfiguration) {
            switch self {
            case .noToken: configuration.token = "t0ken"
            case .wrongProject: job.projectID = 2
            case .unknownProject: break
            case .unregistered: configuration.trustsJobPipelines = false
            case .dispatch: job.dispatchMode = .syncAPI
            case .notStarted: job.isActive = false
            case .forbidden: job.isForbidden = true
            case .queueAway: configuration.faults.isQueueAway = true
            case .otherPipeline: job.pipelineSlug = "birds"
            case .unknownJob: break
            }
        }

        var arguments: [String] {
            switch self {
            case .wrongProject: ["--project", "1"]
            case .unknownProject: ["--project", "9"]
            default: []
            }
        }

        var sentence: String {
            switch self {
            case .noToken: "none is set"
            case .wrongProject: "the job belongs to project 2"
            case .unknownProject: "shows no project 9"
            case .unregistered: "pipeline demo is not registered"
            case .dispatch: "sync_api"
            case .notStarted: "CREATED: the job is not at work yet"
            case .forbidden: "may not take tasks or post results of 1"
            case .queueAway: "Antenna does not answer a call for tasks"
            case .otherPipeline: "birds, which this worker does not have"
            case .unknownJob: "Antenna has no job 99"
            }
        }
    }

    @Test("tasks that another worker has all reserved cannot be seen, and are found with --take-one")
    func reserved() async throws {
        try await withJob { antenna in
            let client = try RESTSourceSettings(baseURL: antenna.baseURL).makeClient(
                http: AntennaHTTP(client: try HTTPClient())
            )
            _ = try await client.reserve(job: AntennaJob(id: 1, pipeline: "demo"), count: 3)
            #expect(antenna.counts().reserved == 3)
            let unseen = try await explain(antenna, ["--job", "1"])
            #expect(
                unseen.status == 0 && unseen.said.contains("whether they wait or other workers have them"),
                "\(unseen.said)"
            )
            let seen = try await explain(antenna, ["--job", "1", "--take-one"])
            #expect(seen.status == 1 && seen.said.contains("other workers have them all"), "\(seen.said)")
        }
    }

    @Test("a job that is done is held up by nothing; with no other one there is nothing to do")
    func done() async throws {
        try await withJob { job, _ in
            job.images = []
        } body: { antenna in
            let answer = try await explain(antenna, ["--job", "1", "--json"])
            #expect(answer.status == 0 && answer.said.contains("there is nothing left to do"), "\(answer.said)")
            let all = try await explain(antenna, [])
            #expect(all.status == 1 && all.said.contains("lists none with work to do"), "\(all.said)")
        }
    }
}
