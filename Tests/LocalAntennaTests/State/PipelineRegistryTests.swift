import JSON
import Testing

@testable import LocalAntenna

@Suite("Registration, with the real server's mistakes")
struct PipelineRegistryTests {
    /// A declaration of one pipeline.
    private static func body(
        slug: String = "moths",
        name: String = "Moths",
        version: Int = 1,
        _ algorithms: [JSONValue] = [detector(), classifier()]
    ) -> JSONValue {
        [
            "processing_service_name": "tests",
            "pipelines": .array([
                [
                    "slug": .string(slug), "name": .string(name), "version": JSONValue(version),
                    "algorithms": .array(algorithms), "stages": .array([]),
                ]
            ]),
        ]
    }

    private static func detector(_ key: String = "finder", version: Int = 1) -> JSONValue {
        ["key": .string(key), "name": .string(key), "version": JSONValue(version), "task_type": "localization"]
    }

    private static func classifier(
        _ key: String = "namer",
        name: String? = nil,
        version: Int = 1,
        labels: [JSONValue]? = ["a", "b"]
    ) -> JSONValue {
        var members: JSONObject = [
            "key": .string(key), "name": .string(name ?? key), "version": JSONValue(version),
            "task_type": "classification",
        ]
        if let labels { members["category_map"] = ["labels": .array(labels)] }
        return .object(members)
    }

    @Test("what is new is told, and what is known is not changed")
    func again() throws {
        var registry = PipelineRegistry()
        let first = try registry.register(Self.body(), project: 1)
        #expect(first == .init(created: ["moths"], algorithms: ["finder", "namer"]))
        let second = try registry.register(
            Self.body([Self.detector(), Self.classifier(labels: ["a", "b", "c"])]),
            project: 2
        )
        #expect(second == .init(updated: ["moths"]))
        #expect(registry.pipelines["moths"]?.algorithms?["namer"]?.categoryCount == 2, "labels of a known key stay")
        #expect(registry.pipelines["moths"]?.projects == [1, 2])
    }

    @Test("a key is one algorithm's on the whole server, and a second detector joins the first")
    func keys() throws {
        var registry = PipelineRegistry()
        _ = try registry.register(Self.body(), project: 1)
        #expect(throws: APIRejection.crash) {
            try registry.register(Self.body([Self.detector(version: 2), Self.classifier()]), project: 1)
        }
        #expect(throws: APIRejection.crash) {
            try registry.register(
                Self.body(slug: "other", name: "Other", [Self.classifier(version: 2)]),
                project: 1
            )
        }
        #expect(registry.pipelines.keys.sorted() == ["moths"], "a failure leaves nothing behind")
        _ = try registry.register(Self.body([Self.detector("finder-2"), Self.classifier()]), project: 1)
        #expect(registry.pipelines["moths"]?.algorithms?.values.count(where: \.isDetector) == 2)
    }

    @Test("a known name and version under a new slug are taken for the old pipeline")
    func names() throws {
        var registry = PipelineRegistry()
        _ = try registry.register(Self.body(), project: 1)
        let outcome = try registry.register(Self.body(slug: "moths-new"), project: 1)
        #expect(outcome == .init(updated: ["moths"]) && registry.pipelines["moths-new"] == nil)
        let other = try registry.register(Self.body(slug: "moths-new", name: "New"), project: 1)
        #expect(other.created == ["moths-new"])
    }

    @Test("a classifier without labels and a name that does not fit are a crash; what is malformed is said")
    func failures() throws {
        let long = String(repeating: "a", count: 300)
        for bad in [
            Self.body([Self.detector(), Self.classifier(labels: nil)]), Self.body(name: long),
            Self.body([Self.classifier(name: long)]),
        ] {
            var registry = PipelineRegistry()
            #expect(throws: APIRejection.crash) { try registry.register(bad, project: 1) }
            #expect(registry.pipelines.isEmpty && registry.algorithms.isEmpty)
        }
        for (path, value) in [
            ("processing_service_name", JSONValue?.none), ("processing_service_name", ""), ("pipelines.0.slug", nil),
            ("pipelines.0.version", "one"), ("pipelines.0.stages", "none"), ("pipelines.0.algorithms.0.key", nil),
        ] {
            var registry = PipelineRegistry()
            let rejection = #expect(throws: APIRejection.self) {
                try registry.register(Self.body().replacing(path, with: value), project: 1)
            }
            #expect(rejection?.status == 400 && rejection?.field == String(path.split(separator: ".")[0]), "\(path)")
        }
    }
}
