import Foundation
import Pipeline
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport

@testable import Antenna

@Suite struct RESTAddressTests {
    @Test(arguments: [
        ("https://antenna.example.org/api/v2", "https://antenna.example.org/api/v2"),
        ("https://antenna.example.org/api/v2/", "https://antenna.example.org/api/v2"),
        ("  HTTP://Antenna.Example.org:8000/api/v2//\n", "http://antenna.example.org:8000/api/v2"),
        ("http://localhost:8000", "http://localhost:8000/api/v2"),
        ("http://localhost:8000/", "http://localhost:8000/api/v2"),
        ("http://proxy.example/Sites/A/api/v2", "http://proxy.example/Sites/A/api/v2"),
    ])
    func isNormalised(_ text: String, _ base: String) throws {
        #expect(try AntennaAddress(text).base == base)
    }

    @Test(arguments: [
        "", "antenna.example.org", "ftp://antenna.example.org", "https://", "https:///api/v2", "https://:80/",
        "https://user:word@host/api/v2", "https://host/api/v2?x=1", "https://host/api/v2#x", "https://ho st/",
        "https://höst/",
    ])
    func isRefused(_ text: String) {
        #expect { try AntennaAddress(text) } throws: { error in
            (error as? AntennaError)?.code == .configuration
        }
    }

    @Test func queriesAreEncoded() throws {
        let address = try AntennaAddress("http://a")
        #expect(
            address.jobs(pipelines: ["kenya-uganda_moths", "a&b=c d"], projectID: 7, limit: 5)
                == "http://a/api/v2/jobs/?pipeline__slug__in=kenya-uganda_moths,a%26b%3Dc%20d&ids_only=1&incomplete_only=1"
                + "&dispatch_mode=async_api&limit=5&project_id=7"
        )
        #expect(
            address.legacyTasks(job: 3, count: 24, serviceName: "AMI Data Companion")
                == "http://a/api/v2/jobs/3/tasks?batch=24&processing_service_name=AMI%20Data%20Companion"
        )
    }
}

@Suite struct RESTClientTests {
    private let job = AntennaJob(id: 1, pipeline: "moths")

    @Test func everyCallCarriesTheTokenAndPostsTellWhoAsks() async throws {
        let server = ScriptedServer { _ in .tasks([5]) }
        let reservation = try await makeClient(server).reserve(job: job, count: 24)
        #expect(reservation.tasks.map(\.id) == ["5"])
        #expect(reservation.tasks.first?.pipeline == "moths")
        #expect(reservation.tasks.first?.jobID == 1)
        let request = try #require(server.requests.first)
        #expect(request.call == "POST /jobs/1/tasks/")
        #expect(request.headers.contains { $0.name == "Authorization" && $0.value == "Token \(testToken)" })
        #expect(
            String(decoding: request.body ?? [], as: UTF8.self)
                == #"{"batch_size":24,"client_info":{"hostname":"trap-1","software":"antenna-worker","version":"0.1"}}"#
        )
    }

    @Test func jobsOfOtherPipelinesAndBrokenElementsAreLeftOut() async throws {
        let server = ScriptedServer { _ in
            .json(
                #"{"results":[{"id":1,"pipeline_slug":"moths","new":{}},{"id":"2","pipeline_slug":"moths"},7,null,{},"#
                    + #"{"id":3,"pipeline_slug":"bees"},{"id":"x","pipeline_slug":"moths"},{"id":4}]}"#
            )
        }
        let client = try makeClient(server)
        let one = try await client.jobs(pipelines: ["moths"], limit: 10)
        #expect(one.map(\.id) == [1, 2, 4])
        let two = try await client.jobs(pipelines: ["moths", "ants"], limit: 10)
        #expect(two.map(\.id) == [1, 2])
    }

    @Test func aMalformedTaskDoesNotSpoilItsNeighbours() async throws {
        let server = ScriptedServer { _ in
            .json(
                #"{"tasks":[{"id":1,"image_id":10,"image_url":"http://i/1","reply_subject":"s1","config":{"a":[1]}},"#
                    + #"{"id":"2","image_id":"20","image_url":5,"reply_subject":"s2"},"#
                    + #"{"id":"3","image_id":"30","image_url":"http://i/3"},"#
                    + #"{"id":"4","image_url":"http://i/4","reply_subject":"s4"},"#
                    + #""nonsense",null,[],"#
                    + #"{"id":"5","image_id":"50","image_url":"http://i/5","reply_subject":"s5","detections":null}],"next":1}"#
            )
        }
        let reservation = try await makeClient(server).reserve(job: job, count: 8)
        #expect(reservation.tasks.map(\.id) == ["1", "2", "5"])
        #expect(reservation.tasks.map(\.imageID) == ["10", "20", "50"])
        #expect(reservation.tasks.map(\.imageURL) == ["http://i/1", "", "http://i/5"])
        #expect(reservation.unanswerable == 5)
    }

    @Test(arguments: [
        "", "null", "[]", #"{"tasks":[{"id":1,"image_id""#, #"{"tasks":{}}"#,
        #"{"tasks":"none"}"#, "{}", #"{"tasks":[]"#, "\u{0}", "NaN",
    ])
    func anAnswerThatIsNotTheContractIsRetriable(_ body: String) async throws {
        let server = ScriptedServer { _ in .json(body) }
        let client = try makeClient(server)
        await #expect { try await client.reserve(job: job, count: 1) } throws: { error in
            (error as? AntennaError).map { $0.code == .malformedAnswer && $0.isRetriable && $0.mayHaveTakenEffect }
                == true
        }
    }

    @Test func deeplyNestedAndUndecodableBytesAreAnErrorAndNoCrash() async throws {
        let deep = String(repeating: "[", count: 200_000)
        for bytes in [Array(deep.utf8), [0xFF, 0xFE, 0x00, 0xD8], Array(#"{"tasks":[{"id":1e999}]}"#.utf8)] {
            let server = ScriptedServer { _ in AntennaAnswer(status: 200, body: bytes) }
            let client = try makeClient(server)
            let reservation = try? await client.reserve(job: job, count: 1)
            #expect(reservation?.tasks.isEmpty != false)
        }
    }

    @Test(
        arguments: [
            (301, AntennaError.Code.foreignAnswer, true), (400, .refused, false), (401, .authentication, false),
            (403, .forbidden, false), (404, .notFound, false), (408, .unavailable, true), (410, .notFound, false),
            (413, .refused, false), (429, .rateLimited, true), (500, .unavailable, true), (503, .unavailable, true),
        ]
    )
    func aStatusBecomesACode(_ status: Int, _ code: AntennaError.Code, _ isRetriable: Bool) async throws {
        let server = ScriptedServer { _ in
            AntennaAnswer(status: status, retryAfter: .seconds(7), body: Array("no \(testToken) here".utf8))
        }
        let client = try makeClient(server)
        await #expect { try await client.jobs(pipelines: ["moths"], limit: 1) } throws: { error in
            guard let error = error as? AntennaError else { return false }
            return error.code == code && error.status == status && error.isRetriable == isRetriable
                && error.retryAfter == .seconds(7) && !error.description.contains(testToken)
        }
    }

    @Test(arguments: [405, 404])
    func anOlderServerIsFoundOutOnceAndRemembered(_ status: Int) async throws {
        let server = ScriptedServer { request in
            request.method == .post && request.isTasks ? .json("{}", status: status) : .tasks([1])
        }
        let client = try makeClient(server)
        for _ in 0..<2 {
            let reservation = try await client.reserve(job: job, count: 4)
            #expect(reservation.tasks.count == 1)
        }
        let get = "GET /jobs/1/tasks?batch=4&processing_service_name=Moth%20service"
        #expect(server.calls == ["POST /jobs/1/tasks/", get, get])
        _ = try await client.post(outgoing(1))
        let body = String(decoding: server.requests.last?.body ?? [], as: UTF8.self)
        #expect(body == #"[{"reply_subject":"ack.1.1.1","result":{"detections":[]}}]"#)
    }

    @Test func aServerThatIsUpgradedIsFoundOutAgain() async throws {
        let isNew = Mutex(false)
        let server = ScriptedServer { request in
            let isNew = isNew.withLock { $0 }
            return (request.method == .post) == isNew ? .tasks([1]) : .json("{}", status: 405)
        }
        let client = try makeClient(server)
        _ = try await client.reserve(job: job, count: 1)
        isNew.withLock { $0 = true }
        _ = try await client.reserve(job: job, count: 1)
        _ = try await client.reserve(job: job, count: 1)
        #expect(server.requests.map(\.method) == [.post, .get, .get, .post, .post])
    }

    @Test func aJobThatIsGoneIsGoneInBothDialectsAndAskedOnceWhenTheDialectIsKnown() async throws {
        let isGone = Mutex(true)
        let server = ScriptedServer { _ in isGone.withLock { $0 } ? .json("{}", status: 404) : .tasks([1]) }
        let client = try makeClient(server)
        await #expect { try await client.reserve(job: job, count: 1) } throws: {
            ($0 as? AntennaError)?.code == .notFound
        }
        #expect(server.requests.count == 2)
        isGone.withLock { $0 = false }
        _ = try await client.reserve(job: job, count: 1)
        isGone.withLock { $0 = true }
        await #expect { try await client.reserve(job: job, count: 1) } throws: {
            ($0 as? AntennaError)?.code == .notFound
        }
        #expect(server.requests.map(\.method) == [.post, .get, .post, .post])
    }

    @Test func aServerWhoseSecondDialectIsNotHeardIsAskedAgain() async throws {
        let server = ScriptedServer { request throws(TransportError) in
            // An older one, and its answers are lost.
            if request.isResult ? request.body?.first == UInt8(ascii: "{") : request.method == .post {
                return .json("{}", status: request.isResult ? 400 : 405)
            }
            throw .connectionLost
        }
        let client = try makeClient(server)
        let isHeard: @Sendable (any Error) -> Bool = { ($0 as? AntennaError)?.isRetriable == true }
        await #expect { try await client.post(outgoing(1)) } throws: { isHeard($0) }
        await #expect { try await client.reserve(job: job, count: 1) } throws: { isHeard($0) }
        #expect(server.requests.count == 4)
    }

    @Test func aChosenDialectIsKept() async throws {
        let server = ScriptedServer { _ in .json("{}", status: 405) }
        let client = try makeClient(server, dialect: .current)
        await #expect { try await client.reserve(job: job, count: 1) } throws: {
            ($0 as? AntennaError)?.code == .methodNotAllowed
        }
        #expect(server.requests.map(\.method) == [.post])
    }

    @Test func theResultGoesOutUnreadWithTheSubjectEscaped() throws {
        let result = OutgoingResult(
            jobID: 1,
            replySubject: "a\"b\\c\n蛾",
            taskID: "1",
            json: Array(#"{"x" : 1.0}"#.utf8)
        )
        let client = try makeClient(ScriptedServer { _ in .taken })
        let body = client.resultBody(result, in: .current)
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"results":[{"reply_subject":"a\"b\\c\u000a蛾","result":{"x" : 1.0}}],"#
                + #""client_info":{"hostname":"trap-1","software":"antenna-worker","version":"0.1"}}"#
        )
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(body)) }
    }

    @Test func statusesOfSingleResultsAreRead() async throws {
        let server = ScriptedServer { _ in
            .json(
                #"{"status":"accepted","tasks":[{"reply_subject":"ack.1.1.1","status":"queued","task_id":"1"},"#
                    + #"{"reply_subject":"ack.1.2.1","status":"Rejected","task_id":"2"},5]}"#
            )
        }
        let client = try makeClient(server)
        #expect(try await client.post(outgoing(1)) == nil)
        let refusal = try await client.post(outgoing(2))
        #expect(refusal?.code == .refused && refusal?.message == "the server answered the result with Rejected")
    }

    @Test func aSuccessWhoseBodyCannotBeReadCountsAsTaken() async throws {
        let server = ScriptedServer { _ in .json("OK") }
        #expect(try await makeClient(server).post(outgoing(1)) == nil)
    }

    @Test func projectsArePaged() async throws {
        let server = ScriptedServer { request in
            let page = request.url.contains("offset=0") ? 0 : 1
            let ids = page == 0 ? 0..<100 : 100..<103
            let list = ids.map { #"{"id":\#($0),"name":"P\#($0)"}"# }.joined(separator: ",")
            return .json(#"{"results":[\#(list)],"next":\#(page == 0 ? #""http://inner/next""# : "null")}"#)
        }
        let projects = try await makeClient(server).projects()
        #expect(projects.map(\.id) == Array(0..<103))
        #expect(server.requests.allSatisfy { $0.url.hasPrefix("http://antenna.test/") })
    }

    @Test(arguments: [
        (#"{"pipelines_created":["a"]}"#, ["a"], [String]()),
        (#"{"pipelines_created":[],"pipelines_updated":["b"],"processing_service_id":3}"#, [], ["b"]),
        ("created", [], []),
    ])
    func registrationToleratesOlderShapes(_ body: String, _ created: [String], _ updated: [String]) async throws {
        let server = ScriptedServer { _ in .json(body, status: 201) }
        let registration = try await makeClient(server).register(
            pipelines: Array(#"[{"slug":"a"}]"#.utf8),
            projectID: 9
        )
        #expect(registration.created == created)
        #expect(registration.updated == updated)
        #expect(server.calls == ["POST /projects/9/pipelines/"])
        #expect(
            String(decoding: server.requests.first?.body ?? [], as: UTF8.self)
                == #"{"processing_service_name":"Moth service","pipelines":[{"slug":"a"}]}"#
        )
    }
}

@Suite struct RESTPagingTests {
    /// A list of jobs in another order at each call, as the server shuffles it.
    private func shuffled(_ count: Int, largestPage: Int = .max) -> ScriptedServer {
        let generator = Mutex(SeededGenerator(seed: 9))
        return ScriptedServer { request in
            func number(_ name: String) -> Int? {
                request.url.split(separator: "\(name)=").dropFirst().first.flatMap { Int($0.prefix { $0.isNumber }) }
            }
            let limit = min(number("limit") ?? 1, largestPage)
            let offset = number("offset") ?? 0
            let ids = generator.withLock { generator in (1...count).shuffled(using: &generator) }
            let page = ids.dropFirst(offset).prefix(limit)
            let list = page.map { #"{"id":\#($0),"pipeline_slug":"moths"}"# }.joined(separator: ",")
            let next = offset + page.count < count ? #""http://inner/next""# : "null"
            return .json(#"{"count":\#(count),"next":\#(next),"results":[\#(list)]}"#)
        }
    }

    @Test func aShuffledListIsAskedForAsAWholeOnceItsLengthIsKnown() async throws {
        let server = shuffled(230)
        let jobs = try await makeClient(server).jobs(pipelines: ["moths"], limit: 100)
        #expect(jobs.map(\.id).sorted() == Array(1...230))
        #expect(server.requests.count == 2)
    }

    @Test func aShortListIsOneCall() async throws {
        let server = shuffled(40)
        #expect(try await makeClient(server).jobs(pipelines: ["moths"], limit: 100).count == 40)
        #expect(server.requests.count == 1)
    }

    @Test func aServerThatGivesNoLargerPageIsWalkedThroughAndEachJobIsThereOnce() async throws {
        let server = shuffled(230, largestPage: 100)
        let ids = try await makeClient(server).jobs(pipelines: ["moths"], limit: 100).map(\.id)
        #expect(Set(ids).count == ids.count && ids.count > 150)
        #expect(server.requests.count == 4)
    }

    @Test func anEndlessListEnds() async throws {
        let server = ScriptedServer { _ in
            .json(
                #"{"count":9223372036854775807,"next":"http://inner/next","results":[{"id":1,"pipeline_slug":"moths"}]}"#
            )
        }
        #expect(try await makeClient(server).jobs(pipelines: ["moths"], limit: 100).map(\.id) == [1])
        #expect(server.requests.count == 100)
    }

    @Test func whatAJobsListSaysOfRightsIsRead() async throws {
        let server = ScriptedServer { _ in
            .json(
                #"{"results":[{"id":1,"pipeline_slug":"moths","user_permissions":["tasks","result","run"]},"#
                    + #"{"id":2,"pipeline_slug":"moths","user_permissions":[]},{"id":3,"pipeline_slug":"moths"},"#
                    + #"{"id":4,"pipeline_slug":"moths","user_permissions":"all"}]}"#
            )
        }
        let jobs = try await makeClient(server).jobs(pipelines: ["moths"], limit: 100)
        #expect(jobs.map(\.seemsPermitted) == [true, false, nil, nil])
    }

    @Test func anErrorPageIsToldOfAndNotShown() async throws {
        let server = ScriptedServer { _ in .json("\n <!DOCTYPE html><title>Server Error</title>", status: 500) }
        await #expect { try await makeClient(server).projects() } throws: { error in
            "\(error)".contains("a web page") && !"\(error)".contains("<")
        }
    }

    @Test func rightsAreTriedWithoutTakingATask() async throws {
        let server = ScriptedServer { request in
            request.isTasks ? .json(#"{"batch_size":["Too small."]}"#, status: 400) : .json("{}", status: 403)
        }
        let rights = try await makeClient(server).rights(onJob: 4)
        #expect(rights == AntennaJobRights(mayTakeTasks: true, mayPostResults: false))
        #expect(server.calls == ["POST /jobs/4/tasks/", "POST /jobs/4/result/"])
        #expect(server.requests.first?.batchSize == 0)
    }
}
