import Foundation
import Imaging
import JSON
import TestSupport
import Testing

@testable import LocalAntenna

@Suite struct FaultTests {
    @Test func callsFailAsPlannedAndRecover() async throws {
        try await withServer({ configuration in
            configuration.faults.failRate = 0.5
            configuration.faults.retryAfterSeconds = 3
        }) { client async throws in
            var statuses: [Int] = []
            for _ in 0..<40 {
                let answer = try await client.get("/projects/")
                statuses.append(answer.status ?? 0)
                if [429, 503].contains(answer.status ?? 0) { #expect(answer.headers["retry-after"] == "3") }
            }
            #expect(Set(statuses) == [200, 429, 500, 503])
            #expect(client.server.traffic.injectedFailures == statuses.count { $0 != 200 })
            client.server.setFaults(FaultSettings())
            #expect(try await client.get("/projects/").status == 200)
        }
    }

    @Test func aLostPostWasTakenInAndItsRepetitionIsADuplicate() async throws {
        try await withServer({ $0.faults.lostPostRate = 1 }) { client async throws in
            _ = try await client.reserve(5)
            for task in client.server.records() {
                let answer = try await client.submit(ResultBuilder.success(task))
                #expect(answer.status != 200 || !answer.isComplete)
            }
            #expect(client.server.counts().saved == 5)
            client.server.setFaults(FaultSettings())
            for task in client.server.records() {
                #expect(try await client.submit(ResultBuilder.success(task, time: 7)).status == 200)
            }
            #expect(client.server.counts().identicalDuplicates == 5)
            #expect(client.server.counts().isExactlyOnce)
        }
    }

    @Test func anOutageCanBeSwitchedOnAndOff() async throws {
        try await withServer { client async throws in
            client.server.setActive(false, job: 1)
            #expect(try await client.reserve(5).isEmpty)
            client.server.setActive(true, job: 1)
            #expect(try await client.reserve(5).count == 5)
        }
    }

    // MARK: Images

    private static func answer(to fault: ImageFault) async throws -> SmallClient.Answer? {
        var answer: SmallClient.Answer?
        try await withServer({ $0.jobs = [JobSeed(pipelineSlug: "demo", images: [.fault(fault)])] }) { client in
            answer = try await client.send("GET", "/images/1001/\(fault.rawValue).jpg")
        }
        return answer
    }

    @Test(arguments: [(ImageFault.notFound, 404), (.forbidden, 403), (.unavailableOnce, 503)])
    func anImageThatIsRefusedGetsItsStatus(fault: ImageFault, status: Int) async throws {
        #expect(try await Self.answer(to: fault)?.status == status)
    }

    @Test(arguments: [ImageFault.empty, .html, .truncated, .pngBomb, .oversizedHeader, .zeroSize, .heic])
    func aBrokenImageIsAnsweredAndCannotBeDecoded(fault: ImageFault) async throws {
        let answer = try #require(try await Self.answer(to: fault))
        #expect(answer.status == 200 && answer.isComplete)
        #expect(throws: ImagingError.self) {
            try ImageDecoder().decode(answer.body, into: PixelBufferPool(maximumIdleBytes: 0))
        }
    }

    @Test func thePNGIsGood() async throws {
        let answer = try #require(try await Self.answer(to: .png))
        let image = try ImageDecoder().decode(answer.body, into: PixelBufferPool(maximumIdleBytes: 0))
        #expect(image.width == 320)
        #expect(image.height == 240)
    }

    @Test func anInterruptedImageIsShorterThanItsHeaderSays() async throws {
        let answer = try #require(try await Self.answer(to: .interrupted))
        #expect(answer.status == 200 && !answer.isComplete && !answer.body.isEmpty)
    }

    @Test(arguments: [
        (ImageFault.redirectLoop, "/images/1001/redirect-loop.jpg"), (.redirectToFile, "file:///etc/passwd"),
        (.redirectToMetadata, "http://169.254.169.254/latest/meta-data/"),
    ])
    func aRedirectPointsWhereItShouldNot(fault: ImageFault, location: String) async throws {
        let answer = try #require(try await Self.answer(to: fault))
        #expect(answer.status == 302)
        #expect(answer.headers["location"] == location)
    }

    @Test func aFileIsServedAsItIs() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("moth \(UUID()).jpg")
        try Data("some bytes".utf8).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        try await withServer({ $0.jobs = [JobSeed(pipelineSlug: "demo", images: [.file(path.path)])] }) {
            client async throws in
            let address = try #require(try await client.reserve(1).first?["image_url"]?.string)
            let answer = try await client.send("GET", address)
            #expect(answer.body == Array("some bytes".utf8))
            #expect(answer.headers["content-length"] == "10")
        }
    }

    @Test func scenesAreDrawnOnceForAllTasksThatShowThem() async throws {
        let scene = ImageSource.scene(SceneSpecification(seed: 1, width: 96, height: 64))
        try await withServer({ $0.jobs = [JobSeed(pipelineSlug: "demo", cycling: [scene], count: 3)] }) {
            client async throws in
            var steps: [Int] = []
            try await client.server.prepareImages { ready, all in
                steps.append(ready)
                #expect(all == 1)
            }
            #expect(steps == [1])
            let served = try await client.send("GET", "/images/1003/scene-1.jpg").body
            #expect(try await client.server.imageBytes(1_001) == served)
            let image = try ImageDecoder().decode(served, into: PixelBufferPool(maximumIdleBytes: 0))
            #expect(image.width == 96)
        }
    }

    @Test func aTokenSentToTheImageHostIsNoticed() async throws {
        try await withServer { client async throws in
            var careless = client
            careless.token = "secret"
            _ = try await careless.send("GET", "/images/1001/image.jpg")
            _ = try await client.send("GET", "/images/1001/image.jpg")
            #expect(client.server.traffic.imageRequests == 2)
            #expect(client.server.traffic.imageRequestsWithToken == 1)
        }
    }

    // MARK: Start and stop

    @Test func aTakenPortIsAnErrorAndNotAHang() async throws {
        try await withServer { client async throws in
            var configuration = LocalAntennaConfiguration()
            configuration.port = try #require(client.server.port)
            let second = LocalAntennaServer(configuration: configuration)
            let error = await #expect(throws: LocalAntennaError.self) { try await second.start() }
            #expect(error?.code == .cannotListen)
        }
    }

    @Test func anAddressThatIsNoneIsAnError() async throws {
        var configuration = LocalAntennaConfiguration()
        configuration.address = "nowhere"
        let server = LocalAntennaServer(configuration: configuration)
        let error = await #expect(throws: LocalAntennaError.self) { try await server.start() }
        #expect(error?.code == .badAddress)
    }

    @Test func stoppingDoesNotWaitForAnAnswerThatNeverComes() async throws {
        try await withServer({ $0.jobs = [JobSeed(pipelineSlug: "demo", images: [.fault(.hang)])] }) {
            client async throws in
            let hanging = Task { try await client.send("GET", "/images/1001/hang.jpg") }
            try await eventually { client.server.traffic.imageRequests > 0 }
            await client.server.stop()
            #expect(try await hanging.value.status == nil)
        }
    }
}
