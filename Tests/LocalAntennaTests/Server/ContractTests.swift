import JSON
import Synchronization
import Testing

@testable import LocalAntenna

@Suite struct ContractTests {
    // MARK: A job from its list to its end

    @Test func aJobIsDrainedEndToEnd() async throws {
        let accepted = Mutex<[String]>([])
        try await withServer(onResult: { result in
            accepted.withLock { $0.append(result.task.replySubject) }
        }) { client async throws in
            let jobs = try await client.get("/jobs/?pipeline__slug__in=demo&ids_only=1&incomplete_only=1&limit=10")
                .json()
            #expect(
                jobs["results"]
                    == [["id": 1, "pipeline_slug": "demo", "user_permissions": .array(["tasks", "result"])]]
            )

            let tasks = try await client.reserve(3)
            #expect(tasks.count == 3)
            #expect(tasks.first?["id"] == "1")
            #expect(tasks.first?["image_id"] == "1001")
            #expect(tasks.first?["reply_subject"]?.string?.hasPrefix("$JS.ACK.job_1.job_1_consumer.1.1.1.") == true)
            #expect(tasks.first?["image_url"]?.string == client.server.rootURL + "/images/1001/image.jpg")
            #expect(try await client.reserve(9).count == 2)
            #expect(try await client.reserve(9).isEmpty)

            for task in client.server.records() {
                let answer = try await client.submit(ResultBuilder.success(task))
                #expect(answer.status == 200)
                #expect(try answer.json()["results_queued"] == 1)
                #expect(try answer.json()["status"] == "accepted")
                #expect(try answer.json()["tasks"]?.elements?.first?["status"] == "queued")
            }
            #expect(client.server.counts().isExactlyOnce)
            #expect(client.server.isSettled)
            #expect(try await client.get("/jobs/?incomplete_only=1&ids_only=1&limit=9").json()["count"] == 0)
        }
        #expect(accepted.withLock { $0 }.count == 5)
    }

    @Test func aLeaseEndsByTheServersClock() async throws {
        let clock = Mutex(Duration.zero)
        try await withServer(now: { clock.withLock { $0 } }) { client async throws in
            #expect(try await client.reserve(9).count == 5)
            clock.withLock { $0 = .seconds(299) }
            #expect(try await client.reserve(9).isEmpty)
            clock.withLock { $0 = .seconds(300) }
            #expect(try await client.reserve(9).count == 5)
            clock.withLock { $0 = .seconds(600) }
            #expect(try await client.reserve(9).isEmpty)
            #expect(client.server.counts().lost == 5)
        }
    }

    // MARK: Pages

    @Test func browsersGetPagesAndProgramsJSON() async throws {
        try await withServer { client async throws in
            let root = client.server.rootURL
            for path in ["/", "/status"] {
                let page = try await client.send(
                    "GET",
                    root + path,
                    headers: ["Accept: text/html,application/xhtml+xml,*/*;q=0.8"]
                )
                #expect(page.status == 200 && page.headers["content-type"] == "text/html; charset=utf-8")
                #expect(page.headers["content-security-policy"]?.contains("default-src 'none'") == true)
                for accept in ["Accept: */*", "Accept: application/json", "X-None: 1"] {
                    let status = try await client.send("GET", root + path, headers: [accept])
                    #expect(status.headers["content-type"] == "application/json")
                    #expect(try status.json()["jobs"]?.elements?.first?["tasks"] == 5)
                    let image = try status.json()["images"]?.elements?.first
                    #expect(image == ["name": "image.jpg", "path": "/images/1001/image.jpg"])
                    #expect(try status.json()["image_count"] == 5)
                }
            }
            for path in ["/page.css", "/page.js", "/antenna.js"] {
                #expect(try await client.send("GET", root + path).status == 200)
            }
            #expect(try await client.send("GET", root + "/nothing").status == 404)
        }
    }

    @Test(arguments: [
        (ImageSource.bytes([1], name: "scene-1.jpg"), "scene-1.jpg"), (.bytes([1]), "image.jpg"),
        (.file("/a/moth 1.jpg"), "moth%201.jpg"), (.address("https://x.example/a/b%201.jpg?sig=s#f"), "b%201.jpg"),
        (.address("https://x.example/a/?sig=/secret.jpg"), "a"), (.address(""), "image.jpg"),
    ])
    func imagesAreServedUnderTheirOwnNames(source: ImageSource, name: String) {
        #expect(source.servedName == name)
    }

    // MARK: Lists

    @Test func idsOnlyWithoutALimitShowsOneJobOfSeveral() async throws {
        try await withServer({ configuration in
            configuration.jobs = (1...4).map { JobSeed(pipelineSlug: "p\($0 % 2)", images: [.bytes([UInt8($0)])]) }
        }) { client async throws in
            var seen: Set<Int> = []
            for _ in 0..<40 {
                let page = try await client.get("/jobs/?ids_only=1").json()
                #expect(page["count"] == 4)
                #expect(page["results"]?.elements?.count == 1)
                seen.formUnion(page["results"]?.elements?.compactMap { $0["id"]?.int } ?? [])
            }
            #expect(seen == [1, 2, 3, 4])
            let two = try await client.get("/jobs/?ids_only=1&limit=10&pipeline__slug__in=p1").json()
            #expect(two["results"]?.elements?.compactMap { $0["id"]?.int } == [1, 3])
        }
    }

    @Test func longListsComeInPagesThatLinkToEachOther() async throws {
        try await withServer({ configuration in
            configuration.jobs = (1...5).map { JobSeed(pipelineSlug: "demo", images: [.bytes([UInt8($0)])]) }
        }) { client async throws in
            var address: String? = client.server.baseURL + "/jobs/?ids_only=1&limit=2"
            var seen: [Int] = []
            while let next = address, seen.count < 100 {
                let page = try await client.send("GET", next).json()
                seen += page["results"]?.elements?.compactMap { $0["id"]?.int } ?? []
                address = page["next"]?.string
            }
            #expect(seen == [1, 2, 3, 4, 5])
            let last = try await client.get("/jobs/?ids_only=1&limit=2&offset=4").json()
            #expect(last["previous"]?.string?.contains("offset=2") == true)
        }
    }

    @Test func jobsAreChosenByTheirWayOfDispatch() async throws {
        try await withServer({ configuration in
            configuration.jobs.append(JobSeed(pipelineSlug: "demo", images: []))
            configuration.jobs[1].dispatchMode = .syncAPI
        }) { client async throws in
            let page = try await client.get("/jobs/?dispatch_mode=sync_api&limit=5").json()
            #expect(page["results"]?.elements?.compactMap { $0["id"]?.int } == [2])
            #expect(try await client.post("/jobs/2/tasks/", ["batch_size": 1]).status == 400)
        }
    }

    @Test func pipelinesAreRegisteredWithAProject() async throws {
        try await withServer { client async throws in
            #expect(try await client.get("/projects/").json()["results"]?.elements?.first?["id"] == 1)
            let first = try await client.post("/projects/1/pipelines/", ResultBuilder.registration)
            #expect(first.status == 201)
            #expect(
                try first.json()["pipelines_created"]
                    == .array(["demo", .string(ResultBuilder.detector), .string(ResultBuilder.classifier)])
            )
            let second = try await client.post("/projects/1/pipelines/", ResultBuilder.registration)
            #expect(try second.json()["pipelines_created"] == .array([]))
            #expect(try await client.post("/projects/7/pipelines/", ResultBuilder.registration).status == 404)
            #expect(try await client.post("/projects/1/pipelines/", ["pipelines": []]).status == 400)
            #expect(client.server.registeredPipelines["demo"]?[ResultBuilder.classifier]?.categoryCount == 2)
        }
    }

    // MARK: What is refused

    @Test func oneMalformedItemRefusesTheWholePost() async throws {
        try await withServer { client async throws in
            _ = try await client.reserve(2)
            let good = ResultBuilder.success(client.server.records()[0])
            let bad = ResultBuilder.success(client.server.records()[1]).replacing("result.pipeline", with: nil)
            let answer = try await client.submit(good, bad)
            #expect(answer.status == 400)
            #expect(try answer.json()["results"] == .array(["1.result.pipeline: field required"]))
            #expect(client.server.counts().saved == 0)
            #expect(client.server.traffic.malformedPosts == 1)
            #expect(try await client.submit(good).status == 200)
            #expect(client.server.counts().saved == 1)
        }
    }

    @Test(arguments: [
        ("POST", "/jobs/9/tasks/", #"{"batch_size":1}"#, 404), ("POST", "/jobs/x/tasks/", "{}", 404),
        ("POST", "/jobs/1/tasks/", "{", 400), ("POST", "/jobs/1/tasks/", "{}", 400),
        ("POST", "/jobs/1/tasks/", #"{"batch_size":0}"#, 400), ("POST", "/jobs/1/tasks/", #"{"batch_size":"x"}"#, 400),
        ("POST", "/jobs/1/tasks", #"{"batch_size":1}"#, 301), ("POST", "/jobs/1/result/", "[]", 400),
        ("POST", "/jobs/9/result/", #"{"results":[]}"#, 404), ("POST", "/jobs/", "{}", 405),
        ("PUT", "/projects/", "{}", 405), ("GET", "/nothing/", "", 404),
    ])
    func aWrongCallGetsItsStatus(method: String, path: String, body: String, status: Int) async throws {
        try await withServer { client async throws in
            let answer = try await client.send(method, client.server.baseURL + path, body: Array(body.utf8))
            #expect(answer.status == status)
            #expect(client.server.counts().reserved == 0)
        }
    }

    @Test func aGetWithoutItsSlashIsSentOn() async throws {
        try await withServer { client async throws in
            let answer = try await client.get("/jobs?ids_only=1")
            #expect(answer.status == 301)
            #expect(answer.headers["location"] == "/api/v2/jobs/?ids_only=1")
        }
    }

    @Test func theTokenIsAskedFor() async throws {
        try await withServer({ configuration in
            configuration.token = "secret"
            configuration.powerlessToken = "reader"
        }) { client async throws in
            #expect(try await client.get("/jobs/").status == 200)
            var stranger = client
            stranger.token = nil
            #expect(try await stranger.get("/jobs/").status == 200, "everybody may look")
            #expect(try await stranger.post("/jobs/1/tasks/", ["batch_size": 1]).status == 401)
            stranger.token = "wrong"
            #expect(try await stranger.get("/jobs/").json()["detail"] == "Invalid token.")
            stranger.token = "reader"
            #expect(try await stranger.get("/jobs/").status == 200)
            #expect(try await stranger.post("/jobs/1/tasks/", ["batch_size": 1]).status == 403)
            #expect(client.server.traffic.unauthorizedCalls == 3)
        }
    }

    // MARK: The older dialect

    @Test func anOlderServerSpeaksTheOlderDialect() async throws {
        try await withServer({ $0.dialect = .legacy }) { client async throws in
            #expect(try await client.post("/jobs/1/tasks/", ["batch_size": 2]).status == 405)
            let tasks = try await client.get("/jobs/1/tasks/?batch=2&processing_service_name=old").json()["tasks"]
            #expect(tasks?.elements?.count == 2)
            #expect(client.server.traffic.clients == ["old"])
            let item = ResultBuilder.success(client.server.records()[0])
            #expect(try await client.post("/jobs/1/result/", ["results": [item]]).status == 400)
            #expect(try await client.post("/jobs/1/result/", [item]).status == 200)
            #expect(client.server.counts().saved == 1)
        }
    }

    @Test func todaysServerDoesNotSpeakTheOlderDialect() async throws {
        try await withServer { client async throws in
            #expect(try await client.get("/jobs/1/tasks/?batch=2").status == 405)
        }
    }

    // MARK: Size

    @Test func aResultOfMegabytesIsTakenIn() async throws {
        try await withServer { client async throws in
            _ = try await client.reserve(1)
            let scores = (0..<60_000).map { Double($0) / 70_001 }
            let item = ResultBuilder.success(client.server.records()[0], scores: scores)
            #expect(try await client.submit(item).status == 200)
            #expect(client.server.counts().saved == 1)
        }
    }
}
