import Inference
import Pipeline
import TestSupport
import Testing
import WorkerTestSupport

@testable import Settings

@Suite("Where settings come from")
struct PrecedenceTests {
    private let fixture: ScratchFolder
    private let key = "antenna.batch_size"
    private let variable = "ANTENNA_WORKER_ANTENNA_BATCH_SIZE"

    init() throws {
        fixture = try ScratchFolder()
    }

    @Test("each origin gives way to the one before it")
    func order() throws {
        #expect(try fixture.resolve().settings.antenna.batchSize == 24)
        #expect(try fixture.resolve().origin(of: key) == .default)

        try fixture.write(#"{"antenna": {"batch_size": 1}}"#, to: "antenna-worker.json")
        #expect(try fixture.resolve().settings.antenna.batchSize == 1)
        #expect(try fixture.resolve().origin(of: key) == .file)

        try fixture.write("\(variable)=2\n", to: ".env")
        #expect(try fixture.resolve().settings.antenna.batchSize == 2)
        #expect(try fixture.resolve().origin(of: key) == .dotEnv)

        let environment = [variable: "3"]
        #expect(try fixture.resolve(environment: environment).settings.antenna.batchSize == 3)
        #expect(try fixture.resolve(environment: environment).origin(of: key) == .environment)

        let all = try fixture.resolve(flags: ["--api-batch-size", "4"], environment: environment)
        #expect(all.settings.antenna.batchSize == 4)
        #expect(all.origin(of: key) == .flag)
        #expect(all.effective.first { $0.key == key }?.place == "--api-batch-size")
    }

    @Test("a named configuration file is taken instead of the default one, and must be there")
    func namedFile() throws {
        try fixture.write(#"{"antenna": {"batch_size": 1}}"#, to: "antenna-worker.json")
        try fixture.write(#"{"antenna": {"batch_size": 9}}"#, to: "other.json")
        #expect(try fixture.resolve(flags: ["--config", "other.json"]).settings.antenna.batchSize == 9)
        let environment = ["ANTENNA_WORKER_CONFIG": "other.json"]
        #expect(try fixture.resolve(environment: environment).settings.antenna.batchSize == 9)
        let missing = try fixture.resolve(flags: ["--config", "no.json"])
        #expect(missing.mistakes.map(\.place) == ["no.json"])
    }

    @Test("an empty variable and a null count as not set")
    func empty() throws {
        try fixture.write(
            #"{"antenna": {"batch_size": null, "service_name": "from the file"}}"#,
            to: "antenna-worker.json"
        )
        let resolved = try fixture.resolve(environment: [variable: "", "AMI_ANTENNA_SERVICE_NAME": ""])
        #expect(resolved.mistakes.isEmpty)
        #expect(resolved.settings.antenna.batchSize == 24)
        #expect(resolved.settings.antenna.serviceName == "from the file")
    }

    @Test("each role has an admin port of its own, none of Prometheus' or its exporters', unless one is set")
    func adminPorts() throws {
        let own = try fixture.resolve().settings.admin
        let ports = ["run", "relay", "fetch", "infer", "demo"].compactMap { own.port(of: $0) }
        #expect(Set(ports).count == 5 && ports.allSatisfy { !(9_090...10_100).contains($0) && $0 < 32_768 })
        let set = try fixture.resolve(flags: ["--admin-port", "1234"]).settings.admin
        #expect(set.port(of: "run") == 1234 && set.port(of: "infer") == 1234 && set.hasPort)
        let none = try fixture.resolve(flags: ["--admin-port", "0"]).settings.admin
        #expect(none.port(of: "run") == nil && !none.hasPort)
    }

    @Test("the original's variables work, with its defaults")
    func originalNames() throws {
        let defaults = try fixture.resolve().settings
        #expect(defaults.antenna.baseURL == "http://localhost:8000/api/v2")
        #expect(defaults.antenna.token == nil)
        #expect(defaults.antenna.serviceName == "AMI Data Companion")
        #expect(defaults.antenna.batchSize == 24)
        #expect(defaults.batch.localizationSize == 8)
        #expect(defaults.batch.classificationSize == 20)
        #expect(defaults.images.decodeThreads == 4)

        let resolved = try fixture.resolve(environment: [
            "AMI_ANTENNA_API_BASE_URL": "https://antenna.example.org/api/v2/",
            "AMI_ANTENNA_API_AUTH_TOKEN": "abc",
            "AMI_ANTENNA_SERVICE_NAME": "Yard",
            "AMI_ANTENNA_API_BATCH_SIZE": "5",
            "AMI_LOCALIZATION_BATCH_SIZE": "6",
            "AMI_CLASSIFICATION_BATCH_SIZE": "7",
            "AMI_NUM_WORKERS": "0",
            "AMI_DATABASE_URL": "sqlite:///not-ours",
        ])
        #expect(resolved.mistakes.isEmpty)
        let settings = resolved.settings
        #expect(settings.antenna.baseURL == "https://antenna.example.org/api/v2")
        #expect(settings.antenna.token?.reveal() == "abc")
        #expect(settings.antenna.serviceName == "Yard")
        #expect(settings.antenna.batchSize == 5)
        #expect(settings.batch.localizationSize == 6)
        #expect(settings.batch.classificationSize == 7)
        #expect(settings.images.decodeThreads == 0)
        #expect(settings.images.decodeThreadCount(cores: 6) == 6)
    }

    @Test("two names for one setting must agree")
    func contradiction() throws {
        let agreeing = ["AMI_ANTENNA_API_BATCH_SIZE": "5", variable: "5"]
        #expect(try fixture.resolve(environment: agreeing).mistakes.isEmpty)
        let contradicting = ["AMI_ANTENNA_API_BATCH_SIZE": "5", variable: "6"]
        #expect(try fixture.resolve(environment: contradicting).mistakes.count == 1)
        // Across origins the stronger simply wins.
        try fixture.write("AMI_ANTENNA_API_BATCH_SIZE=7", to: ".env")
        let across = try fixture.resolve(environment: [variable: "6"])
        #expect(across.mistakes.isEmpty)
        #expect(across.settings.antenna.batchSize == 6)
    }

    @Test("so do those of what results tell, and of the pipelines")
    func originalNamesOfResults() throws {
        let none = try fixture.resolve().settings
        #expect(none.results.contents == ResultContents() && none.work.pipelines == [])
        let environment = [
            "AMI_INCLUDE_FEATURES": "true", "AMI_INCLUDE_LOGITS": "0", "AMI_PIPELINES": "moths, butterflies_2024",
        ]
        let resolved = try fixture.resolve(environment: environment)
        #expect(resolved.mistakes.isEmpty)
        #expect(resolved.settings.results.contents == ResultContents(logits: false, features: true))
        #expect(resolved.settings.work.pipelines == ["moths", "butterflies_2024"])
        // An empty list is every pipeline, as there; a flag says more than a variable.
        #expect(try fixture.resolve(environment: ["AMI_PIPELINES": ""]).settings.work.pipelines == [])
        let flags = ["--pipeline", "a", "--include-logits"]
        let settings = try fixture.resolve(flags: flags, environment: environment).settings
        #expect(settings.work.pipelines == ["a"])
        #expect(settings.results.logits)
    }

    @Test("every flag of the catalogue reaches its setting")
    func flags() throws {
        var arguments = [
            "--token-file", "token", "--no-allow-private-images", "--pipeline", "a", "b", "--device", "cuda:0,cuda:1",
            "--amqp-url-file", "broker", "--no-declare", "--redis-url-file", "redis", "--redis-key-file", "key",
            "--model-memory", "2GiB", "--no-include-logits", "--include-features",
        ]
        try fixture.write("from-a-file\n", to: "token")
        try fixture.write("amqp://a:b@host/\n", to: "broker")
        try fixture.write("redis://:c@host:7000/2\n", to: "redis")
        try fixture.write("a-key-of-all-workers", to: "key")
        let special = [
            "antenna.token", "amqp.url", "amqp.declare", "redis.url", "redis.key", "images.allow_private", "pipelines",
            "inference.devices", "memory.models", "results.logits", "results.features",
        ]
        let plain = Catalogue.all.filter { !special.contains($0.key) }
        for setting in plain {
            arguments += ["--\(setting.flag)", setting.defaultText.isEmpty ? "1" : setting.defaultText]
        }
        let resolved = try fixture.resolve(flags: arguments)
        #expect(resolved.mistakes.isEmpty)
        #expect(resolved.effective.map(\.key) == Catalogue.all.map(\.key))
        #expect(resolved.effective.filter { $0.origin != .flag }.map(\.key) == [])
        #expect(resolved.settings.antenna.token?.reveal() == "from-a-file")
        #expect(resolved.settings.broker.url?.reveal() == "amqp://a:b@host/")
        #expect(resolved.settings.redis.url?.reveal() == "redis://:c@host:7000/2")
        #expect(resolved.settings.redis.key?.reveal() == "a-key-of-all-workers")
        #expect(resolved.settings.broker.declares == false)
        #expect(resolved.settings.images.allowPrivate == false)
        #expect(resolved.settings.work.pipelines == ["a", "b"])
        #expect(resolved.settings.inference.devices == [.device(.cuda(0)), .device(.cuda(1))])
        #expect(resolved.settings.inference.modelMemory == 2 << 30)
        #expect(resolved.settings.results.contents == ResultContents(logits: false, features: true))
    }
}
