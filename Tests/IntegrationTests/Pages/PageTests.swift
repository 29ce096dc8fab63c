import Foundation
import JSON
import LocalAntenna
import TestSupport
import Testing

extension BrokerTests {
    /// Every page in a browser, on a desktop and on a phone, by day and by night: nothing is cut off, overlaps or is complained of, whatever is
    /// clicked.
    ///
    /// With `ANTENNA_TEST_PICTURES` pictures of the pages are left in the folder that it names.
    @Suite(
        "Pages in a browser",
        .serialized,
        .timeLimit(.minutes(10)),
        .enabled(if: Chromium.isHere, "Chromium is not here: apt-get install chromium, on Debian")
    )
    struct PageTests {
        private static let pictures = ProcessInfo.processInfo.environment["ANTENNA_TEST_PICTURES"].map {
            URL(filePath: $0)
        }

        @Test("The live page and the page of the fleet show what is there, and that well")
        func worker() async throws {
            let fixture = try await FleetFixture(images: 100)
            let worker = try AdminWorker(fixture)
            try await worker.whileRunning {
                try await worker.ready()
                try await inBrowser { browser in
                    let root = "http://127.0.0.1:\(worker.port)"
                    let page = try await ChromiumPage(root, in: browser, on: Screen.all[0])
                    try await page.waitUntil("document.title.startsWith('ready')")
                    try await showImages(3, of: fixture, on: page)
                    #expect(
                        try await page.evaluate("document.querySelector('#images figure strong').textContent").string
                            == "image.jpg"
                    )
                    // A picture grows at a click and at a key, with the names that are too many for the small one.
                    _ = try await page.evaluate("document.querySelector('#images button').click()")
                    #expect(try await page.evaluate("find('enlarged').open").bool == true)
                    #expect(try await page.evaluate("find('enlarged-found').childElementCount").int == 4)
                    try await page.press(.arrowRight)
                    try await page.waitUntil("!find('newer').disabled")
                    try await page.press(.escape)
                    try await page.waitUntil("!find('enlarged').open")
                    try await page.close()
                    try await judge(
                        root,
                        "live",
                        in: browser,
                        ready: "find('images').childElementCount >= 3"
                    )

                    let other = try AdminWorker(fixture)
                    try await other.whileRunning {
                        try await other.ready()
                        try await judge(
                            "\(root)/fleet",
                            "fleet",
                            in: browser,
                            ready: "find('roles').tBodies[0].rows.length === 2"
                        )
                        await other.stop()
                        let page = try await ChromiumPage("\(root)/fleet", in: browser, on: Screen.all[0])
                        try await page.waitUntil("document.body.innerText.includes('ended')")
                    }
                }
            }
            try await fixture.discard()
        }

        /// Has images analysed until some are shown, which are one a second at most, and one that is not there.
        private func showImages(_ count: Int, of fixture: FleetFixture, on page: ChromiumPage) async throws {
            try await fixture.enqueue(100, path: "images/none/none.jpg")
            for id in 1...99 {
                let heard = try await page.evaluate("lastHeard").double ?? 0
                try await fixture.enqueue(id, path: fixture.imagePath(id))
                try await page.waitUntil("lastHeard > \(heard)")
                if try await page.evaluate("find('images').childElementCount").int ?? 0 >= count { return }
            }
            throw TestEnvironmentError("No images are shown.")
        }

        @Test("The local Antenna's pages show its jobs, and that well", arguments: ["/", "/status"])
        func localAntenna(path: String) async throws {
            var configuration = LocalAntennaConfiguration()
            configuration.token = "token"
            let sources = (1...3).map { ImageSource.scene(SceneSpecification(seed: $0, width: 320, height: 214)) }
            configuration.jobs = [
                JobSeed(pipelineSlug: "demo", images: sources),
                JobSeed(pipelineSlug: "moths_of_a_long_name_that_nobody_wants_to_type_twice", images: sources),
            ]
            let antenna = LocalAntennaServer(configuration: configuration, logger: .quiet)
            try await antenna.start()
            try await inBrowser { browser in
                try await judge(
                    antenna.rootURL + path,
                    "antenna\(path == "/" ? "" : "-status")",
                    in: browser,
                    ready: "find('jobs').tBodies[0].rows.length === 2"
                )
            }
            await antenna.stop()
        }

        @Test("A report is well in every light, from a file and without a network")
        func report() async throws {
            let scratch = try PackagePaths.scratch("report")
            let models = "\(PackagePaths.root)/Tests/InferenceTests/Fixtures/parity"
            let file = scratch.appending(path: "report.html")
            let program = try RunningProgram(
                [
                    "infer-file", "\(models)/images", "--models", models, "--pipeline", "tiny_pyramid", "--html",
                    file.path,
                ]
            )
            let (status, said) = try await program.end()
            #expect(status == 0, "\(said)")
            try await inBrowser { browser in
                try await judge(
                    file.absoluteString,
                    "report",
                    in: browser,
                    ready: "document.documentElement.className === 'live'"
                )
                let page = try await ChromiumPage(file.absoluteString, in: browser, on: Screen.all[0])
                try await expectLargeViewByKeyboard(on: page)
                try await page.close()
            }
            try FileManager.default.removeItem(at: scratch)
        }

        /// Opens the first insect large, goes through the controls and closes it, without a mouse.
        private func expectLargeViewByKeyboard(on page: ChromiumPage) async throws {
            _ = try await page.evaluate("document.querySelector('.tiles button').focus()")
            try await page.press(.enter)
            try await page.waitUntil("viewer.open")
            // From the image on, and round; the page behind it is never reached.
            let order = try await page.focused(afterTabs: 10).filter { $0 != "BODY" }.prefix(9)
            #expect(
                Array(order) == [
                    "previous", "next", "viewer-original", "boxes", "names", "out", "fit", "in", "close",
                ]
            )
            let first = try await page.evaluate("find('viewer-about').textContent").string
            try await page.press(.arrowRight)
            #expect(try await page.evaluate("find('viewer-about').textContent").string != first)
            try await page.press(.escape)
            try await page.waitUntil("!viewer.open")
            // Back at what was shown last, not at what was opened.
            let isAtSecond = "[...document.querySelectorAll('.tiles button')].indexOf(document.activeElement) === 1"
            try await page.waitUntil(isAtSecond)
        }

        @Test("A report of many images has the surest of all on its first page, and all of them on others")
        func longReport() async throws {
            let scratch = try PackagePaths.scratch("report")
            let models = "\(PackagePaths.root)/Tests/InferenceTests/Fixtures/parity"
            // As a card has them: folders in folders, and one file that is none.
            for number in 0..<120 {
                let folder = scratch.appending(path: "card/ridge/\(100 + number / 40)EK113")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                let source = "\(models)/images/sheet-\(number.isMultiple(of: 2) ? "a" : "b").jpg"
                try FileManager.default.copyItem(
                    atPath: source,
                    toPath: folder.appending(path: "IMG_\(String(format: "%04d", number)).jpg").path
                )
            }
            try Data("no image".utf8).write(to: scratch.appending(path: "card/ridge/100EK113/IMG_9999.jpg"))
            let file = scratch.appending(path: "found.html")
            let program = try RunningProgram(
                [
                    "infer-file", scratch.appending(path: "card").path, "--models", models, "--pipeline",
                    "tiny_pyramid",
                    "--html", file.path,
                ]
            )
            let (status, said) = try await program.end()
            #expect(status == 1 && said.contains("IMG_9999.jpg"), "\(said)")
            let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path).filter {
                $0.hasSuffix("html")
            }
            #expect(names.contains("found.html") && names.count { $0.contains("-images-") } == 2, "\(names)")
            #expect(names.count { $0.contains("-insects-") } >= 2, "\(names)")
            try await inBrowser { browser in
                let page = try await ChromiumPage(file.absoluteString, in: browser, on: Screen.all[0])
                try await expectFilter(on: page, of: browser)
                try await page.close()
                for name in ["found.html", "found-insects-2.html", "found-images-1.html"] {
                    try await judge(
                        scratch.appending(path: name).absoluteString,
                        String(name.dropLast(".html".count)),
                        in: browser,
                        ready: "document.documentElement.className === 'live'",
                        screens: name == "found.html" ? [Screen.all[0], Screen.all[3]] : [Screen.all[3]]
                    )
                }
            }
            try FileManager.default.removeItem(at: scratch)
        }

        /// A score leaves the surest of the whole run, counts of it, and the pages that have them; the address keeps it.
        private func expectFilter(on page: ChromiumPage, of browser: Chromium) async throws {
            let counted = try await page.evaluate("Number(find('total').textContent.replace(/\\D/g, ''))").int ?? 0
            #expect(counted > 1_000)
            _ = try await page.evaluate("find('labels').querySelector('button').click()")
            _ = try await page.evaluate("find('score').value = 50, find('score').dispatchEvent(new Event('input'))")
            let sum = "sums(tally.labels, 'label', isAsked).values().reduce((sum, count) => sum + count, 0)"
            let asked = try await page.evaluate(sum).int ?? 0
            #expect(asked > 0 && asked < counted)
            #expect(try await page.evaluate("Number(find('total').textContent.replace(/\\D/g, ''))").int == asked)
            let link =
                try await page.evaluate("document.querySelector('.label:not([hidden]) a.more').href").string ?? ""
            #expect(link.contains("found-insects-") && link.contains("score=50") && link.contains("labels="))
            _ = try await page.evaluate("document.querySelector('.label:not([hidden]) a.more').click()")
            try await page.waitUntil("location.pathname.includes('insects') && document.readyState === 'complete'")
            #expect(try await page.evaluate("find('score').value").string == "50")
            let scores =
                try await page.evaluate(
                    "[...document.querySelectorAll('.tiles li:not([hidden]) button')].map((each) => Number(each.dataset.score))"
                ).doubles ?? []
            #expect(scores.count == min(asked, 1_000) && scores == scores.sorted(by: >) && (scores.last ?? 0) >= 50)
            // The image of an insect is on another page; its file is here.
            _ = try await page.evaluate("document.querySelector('.tiles li:not([hidden]) button').click()")
            try await page.waitUntil("viewer.open && picture.src.startsWith('file:')")
            let image = try #require(try await page.evaluate("find('viewer-page').href").string)
            #expect(image.contains("found-images-"))
            try await page.press(.escape)
            #expect(page.complaints == [])
            let other = try await ChromiumPage(image, in: browser, on: Screen.all[0])
            let number = image.split(separator: "image=").last?.prefix { $0 != "&" } ?? ""
            try await other.waitUntil("document.activeElement.closest('figure')?.id === 'i\(number)'")
            #expect(other.complaints == [])
            try await other.close()
        }

        @Test("The demo's report is well in every light")
        func demo() async throws {
            let scratch = try PackagePaths.scratch("demo")
            let out = scratch.appending(path: "found")
            let program = try RunningProgram(
                ["demo", "--scenes", "1", "--models", PackagePaths.models, "--out", out.path]
            )
            let (status, said) = try await program.end()
            #expect(status == 0, "\(said)")
            try await inBrowser { browser in
                try await judge(
                    out.appending(path: "report.html").absoluteString,
                    "demo",
                    in: browser,
                    ready:
                        "document.documentElement.className === 'live' && find('insects').querySelector('li') !== null"
                )
            }
            try FileManager.default.removeItem(at: scratch)
        }

        @Test("The live page of a demo shows its images, and that well")
        func liveDemo() async throws {
            let port = try LoopbackPort.free(1)[0]
            let program = try RunningProgram(
                [
                    // Scenes take their time to draw.
                    "demo", "--live", "\(PackagePaths.root)/Tests/InferenceTests/Fixtures/parity/images",
                    "--models", PackagePaths.models, "--admin-port", "\(port)",
                ]
            )
            do {
                let client = PlainHTTPClient(port: port)
                try await eventually {
                    try #require(program.child.isRunning, "\(program.said)")
                    return (try? await client.get("/readyz").status) == 200
                }
                try await inBrowser { browser in
                    try await judge(
                        "http://127.0.0.1:\(port)",
                        "demo-live",
                        in: browser,
                        ready: "find('images').childElementCount >= 1"
                    )
                }
            } catch {
                program.child.send(signal: SIGKILL)
                throw error
            }
            program.child.send(signal: SIGKILL)
            _ = try await program.end()
        }

        private func inBrowser(_ body: (Chromium) async throws -> Void) async throws {
            let browser = try await Chromium()
            do {
                try await body(browser)
            } catch {
                try await browser.stop()
                throw error
            }
            try await browser.stop()
        }

        /// Opens a page on every screen, or on some, and finds nothing wrong.
        private func judge(
            _ url: String,
            _ name: String,
            in browser: Chromium,
            ready: String,
            screens: [Screen] = Screen.all
        ) async throws {
            for screen in screens {
                let page = try await ChromiumPage(url, in: browser, on: screen)
                try await page.waitUntil(ready)
                if let folder = Self.pictures {
                    let file = "\(name)-\(screen.width)-\(screen.isDark ? "dark" : "light").png"
                    try await page.takePicture(to: folder.appending(path: file))
                }
                let problems = try await page.problems()
                #expect(problems == [], "\(name), \(screen)")
                #expect(page.complaints == [], "\(name), \(screen)")
                try await page.close()
            }
        }

        private typealias Screen = ChromiumPage.Screen
    }
}
