// swift-tools-version: 6.2

import PackageDescription

var houseStyle: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
// Set by scripts/test. Not for everybody: the warnings of a newer compiler must not stop somebody who only wants to run it.
if Context.environment["ANTENNA_STRICT_BUILD"] == "1" {
    houseStyle.append(.treatAllWarnings(as: .error))
}

// Set for what is handed to others (compose/Dockerfile): then every package, also those that packages bring, is of just the version
// that was tested. A lock file cannot be committed: it holds commits, and those of a mirror differ from those of the original.
let isRelease = Context.environment["ANTENNA_RELEASE_BUILD"] == "1"

/// A package at the version that releases are built with; other builds take newer ones that promise to be compatible.
func released(_ name: String, _ version: Version) -> Package.Dependency {
    let url = "https://github.com/\(name)"
    return isRelease ? .package(url: url, exact: version) : .package(url: url, from: version)
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
        .systemLibrary(
            name: "CTurboJPEG",
            pkgConfig: "libturbojpeg",
            providers: [.apt(["libturbojpeg0-dev"])]
        ),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        // ONNX Runtime's function table. The library itself is loaded at run time.
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

        .target(
            name: "Telemetry",
            dependencies: [.product(name: "Metrics", package: "swift-metrics")],
            swiftSettings: houseStyle
        ),
        .target(
            name: "Concurrency",
            dependencies: [
                "Telemetry",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .target(
            name: "Transport",
            dependencies: [
                "CCurl", "CHiredis", "Concurrency", "CRabbitMQ", "CZlib", "Telemetry",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .target(name: "JSON", swiftSettings: houseStyle),
        .target(
            name: "Imaging",
            dependencies: ["CJPEGReader", "CSPNG", "CTIFFReader", "CTurboJPEG", "CYCbCr", "Telemetry"],
            swiftSettings: houseStyle
        ),
        .target(
            name: "Inference",
            dependencies: [
                "COnnxRuntime", "COpenVINO", "Concurrency", "Imaging", "JSON", "Telemetry",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .target(
            name: "Pipeline",
            dependencies: [
                "CXXHash", "Concurrency", "Imaging", "Inference", "JSON", "Telemetry", "Transport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: houseStyle
        ),
        .target(
            name: "Antenna",
            dependencies: [
                "Concurrency", "Inference", "JSON", "Pipeline", "Telemetry", "Transport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .target(
            name: "Broker",
            dependencies: [
                "Concurrency", "JSON", "Pipeline", "Telemetry", "Transport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: houseStyle
        ),
        .target(
            name: "Relay",
            dependencies: [
                "Antenna", "Broker", "Concurrency", "JSON", "Pipeline", "Telemetry", "Transport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: houseStyle
        ),
        .target(
            name: "Settings",
            dependencies: [
                "Antenna", "Broker", "Concurrency", "Imaging", "Inference", "JSON", "Pipeline", "Transport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .target(
            name: "HTTPServing",
            dependencies: [
                "Telemetry",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            resources: [.embedInCode("Page/page.css"), .embedInCode("Page/page.js")],
            swiftSettings: houseStyle
        ),
        .target(
            name: "LocalAntenna",
            dependencies: [
                "HTTPServing", "Imaging", "JSON", "Telemetry",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Page/antenna.html"), .embedInCode("Page/antenna.js")],
            swiftSettings: houseStyle
        ),
        .target(
            name: "Worker",
            dependencies: [
                "Antenna", "Broker", "Concurrency", "HTTPServing", "Imaging", "Inference", "JSON", "Pipeline", "Relay",
                "Settings", "Telemetry", "Transport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [
                .embedInCode("Admin/Page/live.html"), .embedInCode("Admin/Page/live.css"),
                .embedInCode("Admin/Page/chart.js"), .embedInCode("Admin/Page/gallery.js"),
                .embedInCode("Admin/Page/live.js"),
                .embedInCode("Admin/Page/fleet.html"), .embedInCode("Admin/Page/fleet.js"),
            ],
            swiftSettings: houseStyle
        ),
        .target(
            name: "Lab",
            dependencies: [
                "Broker", "Concurrency", "Imaging", "Inference", "JSON", "LocalAntenna", "Pipeline", "Settings",
                "Transport", "Worker",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [
                .embedInCode("Report/Page/report.css"), .embedInCode("Report/Page/report.js"),
                .embedInCode("Report/Page/viewer.js"), .embedInCode("Report/Page/controls.js"),
                .embedInCode("Report/Page/viewer.html"),
            ],
            swiftSettings: houseStyle
        ),
        .executableTarget(
            name: "AntennaWorker",
            dependencies: [
                "Broker", "Concurrency", "Inference", "Lab", "LocalAntenna", "Pipeline", "Settings", "Telemetry",
                "Transport", "Worker",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle,
            plugins: ["BuildCommit"]
        ),
        // What `--version` says of the commit.
        .plugin(name: "BuildCommit", capability: .buildTool()),

        .target(
            name: "TestSupport",
            dependencies: [
                "JSON", "Telemetry", "Transport",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/TestSupport",
            swiftSettings: houseStyle
        ),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", "TestSupport"], swiftSettings: houseStyle),
        // What tests of a whole worker share: kept apart, so that a change of a setting builds no other tests anew.
        .target(
            name: "WorkerTestSupport",
            dependencies: [
                "Antenna", "LocalAntenna", "Settings", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/WorkerTestSupport",
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "ConcurrencyTests",
            dependencies: [
                "Concurrency", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"], swiftSettings: houseStyle),
        .testTarget(
            name: "TransportTests",
            dependencies: [
                "CRabbitMQ", "Concurrency", "Telemetry", "TestSupport", "Transport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "ImagingTests",
            dependencies: [
                "CYCbCr", "Imaging", "Telemetry", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            resources: [.copy("Fixtures")],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "InferenceTests",
            dependencies: [
                "Concurrency", "Inference", "Imaging", "JSON", "Telemetry", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.copy("Fixtures")],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "Concurrency", "Imaging", "Inference", "JSON", "Pipeline", "Telemetry", "TestSupport", "Transport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "AntennaTests",
            dependencies: [
                "Antenna", "Concurrency", "Inference", "JSON", "Pipeline", "Telemetry", "TestSupport", "Transport",
                "WorkerTestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "BrokerTests",
            dependencies: [
                "Broker", "Concurrency", "JSON", "Pipeline", "Telemetry", "TestSupport", "Transport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "RelayTests",
            dependencies: [
                "Antenna", "Broker", "Pipeline", "Relay", "Telemetry", "TestSupport", "Transport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "HTTPServingTests",
            dependencies: [
                "HTTPServing", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "LocalAntennaTests",
            dependencies: ["LocalAntenna", "Imaging", "JSON", "TestSupport"],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "SettingsTests",
            dependencies: [
                "Antenna", "Inference", "Pipeline", "Settings", "TestSupport", "WorkerTestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "WorkerTests",
            dependencies: [
                "Antenna", "Broker", "Concurrency", "Inference", "LocalAntenna", "Pipeline", "Relay", "Settings",
                "Telemetry", "TestSupport", "Transport", "Worker", "WorkerTestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "LabTests",
            dependencies: ["Imaging", "Inference", "JSON", "Lab", "Pipeline", "TestSupport", "Worker"],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "AntennaWorkerTests",
            dependencies: [
                "AntennaWorker", "Broker", "Settings", "Telemetry", "TestSupport", "Transport", "Worker",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Antenna", "Broker", "Concurrency", "Imaging", "Inference", "LocalAntenna", "Pipeline", "Relay",
                "Settings", "Telemetry", "TestSupport",
                "Transport",
                "Worker", "WorkerTestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
    ]
)

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
                "Concurrency", "Imaging", "Inference", "Pipeline",
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Micro",
            swiftSettings: houseStyle,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        )
    )
}
