import Foundation
import Settings
import TestSupport
import Testing
import WorkerTestSupport

@testable import Worker

@Suite("What check reports")
struct CheckReportTests {
    private let fixture: ScratchFolder
    private let plain = Terminal(isInteractive: false, hasColour: false)

    init() throws {
        fixture = try ScratchFolder()
    }

    @Test("the status is 0 with notes alone, 1 with something missing, 2 with a wrong setting")
    func status() throws {
        var report = CheckReport(try fixture.resolve())
        report.sections = [CheckReport.Section(title: "A", findings: [.good("b", "c"), .note("d", "e")])]
        #expect(report.exitStatus == ExitStatus.success)
        report.sections.append(CheckReport.Section(title: "F", findings: [.missing("g", "h", remedy: "i")]))
        #expect(report.exitStatus == ExitStatus.failure)
        #expect(CheckReport(try fixture.resolve(flags: ["--grace", "x"])).exitStatus == ExitStatus.usage)
    }

    @Test("text shows each value with its origin, and how to fix what is missing")
    func text() throws {
        let environment = ["AMI_ANTENNA_API_AUTH_TOKEN": "t0ps3cret", "AMI_NUM_WORKERS": "2"]
        var report = CheckReport(try fixture.resolve(flags: ["--lease", "30"], environment: environment))
        report.sections = [
            CheckReport.Section(
                title: "Things",
                findings: [.missing("thing", "is gone\nsince today", remedy: "Bring it back.")]
            )
        ]
        let lines = report.text(on: plain).split(separator: "\n")
            .map { $0.split(separator: " ").joined(separator: " ") }
        #expect(lines.contains("antenna.token <redacted> (environment: AMI_ANTENNA_API_AUTH_TOKEN)"))
        #expect(lines.contains("images.decode_threads 2 (environment: AMI_NUM_WORKERS)"))
        #expect(lines.contains("antenna.lease 30s (flag: --lease)"))
        #expect(lines.contains("antenna.batch_size 24 (default)"))
        #expect(lines.suffix(4) == ["Things", "✗ thing: is gone", "since today", "→ Bring it back."])
        #expect(!report.text(on: plain).contains("t0ps3cret"))
    }

    @Test("JSON has sorted members, and leaves out what there is none of")
    func jsonBytes() throws {
        var report = CheckReport(try fixture.resolve())
        report.sections = [
            CheckReport.Section(title: "A", findings: [.good("b/", "c\nd"), .missing("e", "f", remedy: "g")])
        ]
        let sections = """
              "sections" : [
                {
                  "findings" : [
                    {
                      "detail" : "c\\nd",
                      "status" : "good",
                      "subject" : "b/"
                    },
                    {
                      "detail" : "f",
                      "remedy" : "g",
                      "status" : "missing",
                      "subject" : "e"
                    }
                  ],
                  "title" : "A"
                }
              ],
              "settings" : [
                {
                  "key" : "
            """
        let text = report.jsonText
        #expect(text.hasPrefix("{\n  \"files\" : [\n\n  ],\n  \"mistakes\" : [\n\n  ],\n\(sections)"))
        #expect(text.hasSuffix("\n  ],\n  \"version\" : \"\(Version.current)\"\n}\n"))
    }

    @Test("JSON holds no secret either")
    func json() throws {
        let resolved = try fixture.resolve(environment: ["AMI_ANTENNA_API_AUTH_TOKEN": "t0ps3cret"])
        let text = CheckReport(resolved).jsonText
        #expect(text.contains("<redacted>"))
        #expect(!text.contains("t0ps3cret"))
    }

    @Test(
        "a part of a fleet is asked for what it needs, and for nothing else",
        arguments: [(CheckedRole.relay, ["Antenna", "RabbitMQ"]), (.fetch, ["RabbitMQ", "Redis"])]
    )
    func roles(_ role: CheckedRole, missing: [String]) async throws {
        for pipelines in [["--pipeline", "demo"], []] {
            let resolved = try fixture.resolve(flags: ["--models", "\(fixture.directory)/none"] + pipelines)
            let report = await CheckReport.looking(at: resolved, for: role)
            let subjects = report.sections.flatMap(\.findings).filter { $0.status == .missing }.map(\.subject)
            #expect(subjects == (pipelines.isEmpty ? ["Pipelines"] : []) + missing)
        }
    }

    @Test("a models folder that is empty, or lacks what is set, is missing something")
    func models() throws {
        let none = ModelCheck.section(models: "\(fixture.directory)/models", pipelines: [])
        #expect(none.findings.map(\.status) == [.missing])
        let folder = "\(fixture.directory)/models/moths"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try fixture.write("{}", to: "models/moths/pipeline.json")
        let broken = ModelCheck.section(models: "\(fixture.directory)/models", pipelines: [])
        #expect(broken.findings.map(\.status) == [.missing])
        let misspelt = ModelCheck.section(models: "\(fixture.directory)/models", pipelines: ["moth"])
        #expect(misspelt.findings.map(\.status) == [.note, .missing])
        #expect(misspelt.findings.last?.detail.contains("did you mean moths?") == true)
    }

    @Test("a file in the place of a model is told from one, without loading it")
    func modelFiles() throws {
        let folder = "\(fixture.directory)/models"
        try FileManager.default.copyItem(atPath: PackagePaths.models, toPath: folder)
        for wantsFeatures in [false, true] {
            let fine = ModelCheck.section(models: folder, pipelines: ["demo"], wantsFeatures: wantsFeatures)
            #expect(fine.findings.map(\.status) == [.good])
        }
        for text in ["", "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 3\n"] {
            try fixture.write(text, to: "models/demo/detector.onnx")
            let findings = ModelCheck.section(models: folder, pipelines: ["demo"]).findings
            #expect(findings.map(\.status) == [.missing])
            #expect(findings.first?.detail.contains("detector.onnx") == true)
        }
    }

    @Test("a pipeline without the features that are asked for is worth a note, where it is one of ours")
    func features() throws {
        let folder = "\(fixture.directory)/models"
        try FileManager.default.copyItem(atPath: PackagePaths.models, toPath: folder)
        let manifest = try String(contentsOfFile: "\(folder)/demo/pipeline.json", encoding: .utf8)
        let plain = manifest.replacing(#""features": 4"#, with: #""features": null"#)
        try fixture.write(plain, to: "models/demo/pipeline.json")
        let noted = ModelCheck.section(models: folder, pipelines: [], wantsFeatures: true)
        #expect(noted.findings.map(\.status) == [.note])
        #expect(noted.findings.first?.remedy?.contains("export --features") == true)
        #expect(ModelCheck.section(models: folder, pipelines: []).findings.map(\.status) == [.good])
        let others = ModelCheck.section(models: folder, pipelines: ["other"], wantsFeatures: true)
        #expect(others.findings.map(\.status) == [.good, .missing])
    }

    @Test("a full spool is missing something")
    func fullSpool() throws {
        for folder in ["worker-1", "refused", "damaged"] {
            try FileManager.default.createDirectory(
                atPath: "\(fixture.directory)/spool/\(folder)",
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }
        try fixture.write("", to: "spool/worker-1/lock")
        try fixture.write(String(repeating: "x", count: 600), to: "spool/worker-1/1.result")
        func status(_ maximumBytes: Int) -> CheckReport.Finding.Status? {
            FolderCheck.section(spool: "\(fixture.directory)/spool", maximumBytes: maximumBytes).findings.first?.status
        }
        #expect(status(601) == .note)
        #expect(status(600) == .missing)
    }

    @Test("a spool is looked at without being made")
    func spool() throws {
        func findings(_ path: String) -> [CheckReport.Finding] {
            FolderCheck.section(spool: "\(fixture.directory)/\(path)", maximumBytes: 1_000).findings
        }
        #expect(findings("a/b").map(\.status) == [.good])
        #expect(!FileManager.default.fileExists(atPath: "\(fixture.directory)/a"))
        try fixture.write("", to: "file")
        #expect(findings("file").map(\.status) == [.missing])
        #expect(findings("file/a").map(\.status) == [.missing])
    }

    @Test(
        "only a list of projects counts as an Antenna that answers",
        arguments: [200, 204, 301, 401, 403, 404, 500, 503]
    )
    func antenna(status: Int) {
        let finding = AntennaCheck.judge(status: status, hasToken: true, subject: "Antenna")
        #expect((finding.status == .good) == (status == 200))
        #expect((finding.remedy == nil) == (status == 200))
    }

    @Test("an Antenna that is not there is missing; one nobody named is not asked")
    func unreachable() async throws {
        // Port 1 of this machine: nothing listens there.
        let settings = try fixture.resolve(flags: ["--base-url", "http://127.0.0.1:1/api/v2"]).settings
        #expect(await AntennaCheck(settings).section(isSet: true).findings.map(\.status) == [.missing])
        #expect(await AntennaCheck(settings).section(isSet: false).findings.map(\.status) == [.note])
    }

    @Test("a Redis without a limit, or that evicts nothing, is worth a note")
    func redisLimits() {
        func judged(_ limit: String?, _ policy: String?) -> CheckReport.Finding {
            RedisCheck.judge(limit: limit, policy: policy, subject: "Redis")
        }
        #expect(judged("0", "noeviction").remedy != nil)
        #expect(judged(nil, nil).remedy != nil)
        #expect(judged("1000", "noeviction").detail.contains("full"))
        #expect(judged("1000", "allkeys-lru").remedy == nil)
    }

    @Test("says which files settings were read from")
    func files() throws {
        let terminal = Terminal(isInteractive: false, hasColour: false)
        #expect(CheckReport(try fixture.resolve()).text(on: terminal).contains("Read from no file\n"))
        try fixture.write("", to: ".env")
        let text = CheckReport(try fixture.resolve()).text(on: terminal)
        #expect(text.contains("Read from \(fixture.directory)/.env\n"))
    }
}
