// swift-tools-version: 6.2

import PackageDescription

// Set for what is handed to others (compose/Dockerfile): then every package, also those that packages bring, is of just the version
// that was tested. A lock file cannot be committed: it holds commits, and those of a mirror differ from those of the original.
let isRelease = Context.environment["ANTENNA_RELEASE_BUILD"] == "1"

/// A package at the version that releases are built with; other builds take newer ones that promise to be compatible.
func released(_ name: String, _ version: Version) -> Package.Dependency {
    let url = "https://github.com/\(name)"
    return isRelease ? .package(url: url, exact: version) : .package(url: url, from: version)
}

// What targets take from these packages, by short names.
extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let deque = product(name: "DequeModule", package: "swift-collections")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let inMemoryTracing = product(name: "InMemoryTracing", package: "swift-distributed-tracing")
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioHTTPTypesHTTP1 = product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let tracing = product(name: "Tracing", package: "swift-distributed-tracing")
}

// A program for Linux: it talks to systemd, reads /proc, and its libraries come from apt.
let package = Package(
    name: "antenna-worker",
    products: [
        .executable(name: "antenna-worker", targets: ["AntennaWorker"])
    ],
    dependencies: [
        released("apple/swift-argument-parser", "1.8.2"),
        released("apple/swift-collections", "1.6.0"),
        released("apple/swift-crypto", "4.5.2"),
        released("apple/swift-distributed-tracing", "1.7.3"),
        released("apple/swift-log", "1.16.2"),
        released("apple/swift-metrics", "2.13.0"),
        released("swift-server/swift-service-lifecycle", "2.13.0"),
        released("hummingbird-project/hummingbird", "2.28.1"),
        // What Hummingbird is made of: the guards of each connection sit between its parts.
        released("apple/swift-http-types", "1.8.0"),
        released("apple/swift-nio", "2.101.2"),
        released("apple/swift-nio-extras", "1.35.2"),
    ],
    targets: [
        // C libraries of the system: a module map each, and a shim header for what Swift cannot call.
        // curl without pkg-config: Debian 13's file has a flag that SwiftPM refuses with a warning, and no path that is not searched anyway.
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
        .systemLibrary(name: "CSPNG", pkgConfig: "spng", providers: [.apt(["libspng-dev"])]),
        .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        // The function tables of ONNX Runtime and OpenVINO. The libraries themselves are loaded at run time.
        .target(name: "COnnxRuntime"),
        .target(name: "COpenVINO"),
        // libjpeg with a judge of its warnings, and limits of time and memory.
        .target(name: "CJPEGReader", linkerSettings: [.linkedLibrary("jpeg")]),
        // libtiff's functions of variable arguments. The library itself is loaded at run time.
        .target(name: "CTIFFReader"),
        // hiredis of several versions in one shape. Its TLS, which Debian 12 has not, is loaded at run time.
        .target(
            name: "CHiredis",
            linkerSettings: [.linkedLibrary("hiredis"), .linkedLibrary("ssl"), .linkedLibrary("crypto")]
        ),
        // Planes of YCbCr to RGB, with a version for newer processors.
        .target(name: "CYCbCr"),

        // The modules, each below those it imports. Which may import which: scripts/check-house.
        .target(name: "Telemetry", dependencies: [.metrics]),
        .target(name: "Concurrency", dependencies: ["Telemetry", .deque, .logging]),
        .target(
            name: "Transport",
            dependencies: ["CCurl", "CHiredis", "Concurrency", "CRabbitMQ", "CZlib", "Telemetry", .deque, .logging]
        ),
        .target(name: "JSON"),
        .target(
            name: "Imaging",
            dependencies: ["CJPEGReader", "CSPNG", "CTIFFReader", "CTurboJPEG", "CYCbCr", "Telemetry"]
        ),
        .target(
            name: "Inference",
            dependencies: [
                "COnnxRuntime", "COpenVINO", "Concurrency", "Imaging", "JSON", "Telemetry", .crypto, .logging,
            ]
        ),
        .target(
            name: "Pipeline",
            dependencies: [
                "CXXHash", "Concurrency", "Imaging", "Inference", "JSON", "Telemetry", "Transport", .crypto, .deque,
                .logging, .metrics, .serviceLifecycle, .tracing,
            ]
        ),
        .target(
            name: "Antenna",
            dependencies: [
                "Concurrency", "Inference", "JSON", "Pipeline", "Telemetry", "Transport", .crypto, .deque, .logging,
            ]
        ),
        .target(
            name: "Broker",
            dependencies: [
                "Concurrency", "JSON", "Pipeline", "Telemetry", "Transport", .crypto, .deque, .logging,
                .serviceLifecycle,
            ]
        ),
        .target(
            name: "Relay",
            dependencies: [
                "Antenna", "Broker", "Concurrency", "JSON", "Pipeline", "Telemetry", "Transport", .crypto, .logging,
                .serviceLifecycle,
            ]
        ),
        .target(
            name: "Settings",
            dependencies: [
                "Antenna", "Broker", "Concurrency", "Imaging", "Inference", "JSON", "Pipeline", "Transport",
                .argumentParser, .logging,
            ]
        ),
        .target(
            name: "HTTPServing",
            dependencies: [
                "Telemetry", .deque, .httpTypes, .hummingbirdCore, .logging, .nioCore, .nioHTTP1, .nioHTTPTypes,
                .nioHTTPTypesHTTP1, .nioPosix,
            ],
            resources: [.embedInCode("Page/page.css"), .embedInCode("Page/page.js")]
        ),
        .target(
            name: "LocalAntenna",
            dependencies: ["HTTPServing", "Imaging", "JSON", "Telemetry", .deque, .logging, .serviceLifecycle],
            resources: [.embedInCode("Page/antenna.html"), .embedInCode("Page/antenna.js")]
        ),
        .target(
            name: "Worker",
            dependencies: [
                "Antenna", "Broker", "Concurrency", "HTTPServing", "Imaging", "Inference", "JSON", "Pipeline",
                "Relay", "Settings", "Telemetry", "Transport", .coreMetrics, .logging, .metrics, .serviceLifecycle,
            ],
            resources: [
                .embedInCode("Admin/Page/live.html"), .embedInCode("Admin/Page/live.css"),
                .embedInCode("Admin/Page/chart.js"), .embedInCode("Admin/Page/gallery.js"),
                .embedInCode("Admin/Page/live.js"),
                .embedInCode("Admin/Page/fleet.html"), .embedInCode("Admin/Page/fleet.js"),
            ]
        ),
        .target(
            name: "Lab",
            dependencies: [
                "Broker", "Concurrency", "Imaging", "Inference", "JSON", "LocalAntenna", "Pipeline", "Settings",
                "Transport", "Worker", .crypto, .logging,
            ],
            resources: [
                .embedInCode("Report/Page/report.css"), .embedInCode("Report/Page/report.js"),
                .embedInCode("Report/Page/viewer.js"), .embedInCode("Report/Page/controls.js"),
                .embedInCode("Report/Page/viewer.html"),
            ]
        ),
        .executableTarget(
            name: "AntennaWorker",
            dependencies: [
                "Broker", "Concurrency", "Inference", "Lab", "LocalAntenna", "Pipeline", "Settings", "Telemetry",
                "Transport", "Worker", .argumentParser, .logging,
            ],
            plugins: ["BuildCommit"]
        ),
        // What `--version` says of the commit.
        .plugin(name: "BuildCommit", capability: .buildTool()),

        .target(
            name: "TestSupport",
            dependencies: ["Concurrency", "JSON", "Telemetry", "Transport", .logging],
            path: "Tests/TestSupport"
        ),
        // What tests of a whole worker share: kept apart, so that a change of a setting builds no other tests anew.
        .target(
            name: "WorkerTestSupport",
            dependencies: ["Antenna", "LocalAntenna", "Settings", "TestSupport", .argumentParser, .logging],
            path: "Tests/WorkerTestSupport"
        ),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", "TestSupport"]),
        .testTarget(name: "ConcurrencyTests", dependencies: ["Concurrency", "TestSupport", .logging]),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"]),
        .testTarget(
            name: "TransportTests",
            dependencies: ["CRabbitMQ", "Concurrency", "Telemetry", "TestSupport", "Transport", .logging]
        ),
        .testTarget(
            name: "ImagingTests",
            dependencies: ["CYCbCr", "Imaging", "Telemetry", "TestSupport", .crypto],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "InferenceTests",
            dependencies: [
                "Concurrency", "Inference", "Imaging", "JSON", "Telemetry", "TestSupport", .crypto, .logging,
            ],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "Concurrency", "Imaging", "Inference", "JSON", "Pipeline", "Telemetry", "TestSupport", "Transport",
                .crypto, .logging, .serviceLifecycle, .inMemoryTracing, .tracing,
            ]
        ),
        .testTarget(
            name: "AntennaTests",
            dependencies: [
                "Antenna", "Concurrency", "Inference", "JSON", "Pipeline", "Telemetry", "TestSupport", "Transport",
                "WorkerTestSupport", .crypto, .logging,
            ]
        ),
        .testTarget(
            name: "BrokerTests",
            dependencies: [
                "Broker", "Concurrency", "JSON", "Pipeline", "Telemetry", "TestSupport", "Transport", .logging,
            ]
        ),
        .testTarget(
            name: "RelayTests",
            dependencies: ["Antenna", "Broker", "Pipeline", "Relay", "Telemetry", "TestSupport", "Transport", .logging]
        ),
        .testTarget(name: "HTTPServingTests", dependencies: ["HTTPServing", "TestSupport", .logging, .nioCore]),
        .testTarget(name: "LocalAntennaTests", dependencies: ["LocalAntenna", "Imaging", "JSON", "TestSupport"]),
        .testTarget(
            name: "SettingsTests",
            dependencies: [
                "Antenna", "Inference", "Pipeline", "Settings", "TestSupport", "WorkerTestSupport", .argumentParser,
            ]
        ),
        .testTarget(
            name: "WorkerTests",
            dependencies: [
                "Antenna", "Broker", "Concurrency", "Inference", "LocalAntenna", "Pipeline", "Relay", "Settings",
                "Telemetry", "TestSupport", "Transport", "Worker", "WorkerTestSupport", .coreMetrics, .logging,
            ]
        ),
        .testTarget(
            name: "LabTests",
            dependencies: ["Imaging", "Inference", "JSON", "Lab", "Pipeline", "TestSupport", "Worker"]
        ),
        .testTarget(
            name: "AntennaWorkerTests",
            dependencies: [
                "AntennaWorker", "Broker", "Settings", "Telemetry", "TestSupport", "Transport", "Worker",
                .argumentParser,
            ]
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Antenna", "Broker", "Concurrency", "Imaging", "Inference", "LocalAntenna", "Pipeline", "Relay",
                "Settings", "Telemetry", "TestSupport", "Transport", "Worker", "WorkerTestSupport", .coreMetrics,
                .logging,
            ]
        ),
    ]
)

// The packages that packages bring.
if isRelease {
    package.dependencies += [
        released("apple/swift-algorithms", "1.2.1"),
        released("apple/swift-asn1", "1.7.4"),
        released("apple/swift-async-algorithms", "1.1.4"),
        released("apple/swift-atomics", "1.3.0"),
        released("apple/swift-certificates", "1.21.1"),
        released("apple/swift-configuration", "1.4.0"),
        released("apple/swift-http-structured-headers", "1.7.0"),
        released("apple/swift-nio-http2", "1.46.0"),
        released("apple/swift-nio-ssl", "2.37.6"),
        released("apple/swift-nio-transport-services", "1.28.0"),
        released("apple/swift-numerics", "1.1.1"),
        released("apple/swift-service-context", "1.5.1"),
        released("apple/swift-system", "1.8.1"),
        released("swift-server/async-http-client", "1.37.0"),
    ]
}

// For people who measure: nobody else has to fetch and build what it needs. Benchmarks/micro sets the variable.
if Context.environment["ANTENNA_BENCHMARKS"] == "1" {
    package.dependencies.append(
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: [])
    )
    package.targets.append(
        .executableTarget(
            name: "Micro",
            dependencies: [
                "Concurrency", "Imaging", "Inference", "Pipeline", .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Micro",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        )
    )
}

// How all Swift is compiled; C takes no notice.
for target in package.targets where [.regular, .executable, .test].contains(target.type) {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
    // Set by scripts/test. Not for everybody: the warnings of a newer compiler must not stop somebody who only wants to run it.
    if Context.environment["ANTENNA_STRICT_BUILD"] == "1" {
        target.swiftSettings?.append(.treatAllWarnings(as: .error))
    }
}
