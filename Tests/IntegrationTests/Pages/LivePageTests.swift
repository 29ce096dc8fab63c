import Foundation
import JSON
import LocalAntenna
import TestSupport
import Testing

extension BrokerTests {
    /// What the live page makes of what it is told.
    @Suite(
        "The live page in a browser",
        .serialized,
        .timeLimit(.minutes(5)),
        .enabled(if: Chromium.isHere, "Chromium is not here: apt-get install chromium, on Debian")
    )
    struct LivePageTests {
        /// Opens the live page of a role.
        private func open(
            _ arguments: [String],
            _ body: (ChromiumPage) async throws -> Void
        ) async throws {
            let fixture = try await BrokerFixture()
            let redis = try await RedisServer.shared()
            let port = try LoopbackPort.free(1)[0]
            let program = try RunningProgram(
                arguments + ["--pipeline", fixture.pipeline, "--admin-port", "\(port)"],
                environment: ["ANTENNA_WORKER_AMQP_URL": fixture.url, "ANTENNA_WORKER_REDIS_URL": redis.url]
            )
            let browser = try await Chromium()
            do {
                let client = PlainHTTPClient(port: port)
                try await eventually {
                    try #require(program.child.isRunning, "\(program.said)")
                    return (try? await client.get("/readyz").status) != nil
                }
                let page = try await ChromiumPage(
                    "http://127.0.0.1:\(port)",
                    in: browser,
                    on: ChromiumPage.Screen.all[0]
                )
                try await page.waitUntil("lastHeard > 0")
                try await body(page)
                #expect(page.complaints == [])
            } catch {
                program.child.send(signal: SIGKILL)
                try await browser.stop()
                throw error
            }
            program.child.send(signal: SIGKILL)
            _ = try await program.end()
            try await browser.stop()
            try await fixture.discard()
        }

        private let fetch = ["fetch", "--models", PackagePaths.models]

        @Test("A role shows only what it can fill")
        func cards() async throws {
            let hidden =
                "[...document.querySelectorAll('section[id], div[id]')].filter((each) => each.hidden).map((each) => each.id)"
            try await open(fetch) { page in
                try await page.waitUntil("find('where').textContent.includes('fetch on')")
                #expect(try await page.evaluate(hidden).strings?.contains("images-section") == true)
                #expect(try await page.evaluate("find('stages-section').hidden").bool == false)
            }
            let antenna = LocalAntennaServer(configuration: LocalAntennaConfiguration(), logger: .quiet)
            try await antenna.start()
            let token = try PackagePaths.scratch("token").appending(path: "token.txt")
            try Data("token".utf8).write(to: token)
            try await open(["relay", "--base-url", antenna.baseURL, "--token-file", token.path]) { page in
                try await page.waitUntil("find('where').textContent.includes('relay on')")
                let names = try await page.evaluate(hidden).strings ?? []
                #expect(names.contains("images-section") && names.contains("stages-section"))
            }
            await antenna.stop()
        }

        @Test(
            "Axes are round, nothing is drawn from before the start, names keep apart, and a quiet minute is called one"
        )
        func scripts() async throws {
            try await open(fetch) { page in
                #expect(try await page.evaluate("axis(0)").doubles == [0, 0.1, 0.2])
                #expect(try await page.evaluate("axis(3.2)").doubles == [0, 2, 4])
                #expect(try await page.evaluate("axis(90)").doubles == [0, 50, 100])
                #expect(try await page.evaluate("axis(100)").doubles == [0, 50, 100])
                // A process of 25 seconds, that did ten tasks a second in the last ten.
                let history =
                    "[575, 580, 585, 590, 595, 600].map((time) => ({ time, done: time < 591 ? 0 : 100, failed: 0 }))"
                let drawn = try await page.evaluate("stretches(\(history), 600).map((each) => [each.time, each.done])")
                #expect(drawn == [[590, 0], [600, 10]])
                #expect(try await page.evaluate("stretches([], 600)") == [])

                let names = try await page.evaluate(Self.crowd)
                #expect(names["placed"]?.int ?? 0 > 20, "\(names)")
                #expect(names["outside"] == 0 && names["overlapping"] == 0)

                let quiet = try await page.evaluate(Self.quietMinute)
                #expect(
                    quiet.strings == [
                        "Nothing has gone through yet.", "time an image, since the start", "Nothing in the last 30 s.",
                        "Nothing in the last minute.",
                    ]
                )
            }
        }

        /// Names of two hundred boxes that lie anywhere, some beyond the edge.
        private static let crowd = """
            (() => {
              const boxes = Array.from({ length: 200 }, (_, index) => {
                const x1 = (index * 389) % 2000, y1 = (index * 727) % 1000;
                return { x1, y1, x2: x1 + 60, y2: y1 + 50, label: `label ${index}`, score: 1 / (index + 1) };
              });
              const names = placedNames({ width: 2000, height: 1000, boxes }, 22);
              const isOver = (one, other) => one !== other && one.x < other.x + other.width && other.x < one.x + one.width
                && one.y < other.y + other.height && other.y < one.y + one.height;
              return {
                placed: names.length,
                outside: names.filter((each) => each.x < 0 || each.y < 0 || each.x + each.width > 2000 || each.y + each.height > 1000).length,
                overlapping: names.filter((one) => names.some((other) => isOver(one, other))).length,
              };
            })()
            """

        private static let quietMinute = """
            (() => {
              stageHistory = [];
              const at = (now, count) => {
                showStages({ now, stages: [{ stage: "fetch", count, seconds: count }] });
                return find("stages-empty").hidden ? find("stages-note").textContent : find("stages-empty").textContent;
              };
              const said = [at(1000, 0)];
              stageHistory = [];
              said.push(at(2000, 5), at(2015, 5) && at(2030, 5), at(2060, 5));
              return said;
            })()
            """
    }
}
