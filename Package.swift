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

let package = Package(
    name: "antenna-worker",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "antenna-worker", targets: ["AntennaWorker"])
    ],
    dependencies: [
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.1.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.2.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.0.0"),
        .package(url: "https://github.com/apple/swift-crypto", "3.12.3"..<"5.0.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.7.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.26.0"),
    ],
    targets: [
        // C libraries of the system: a module map each, and a shim header for what Swift cannot call.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        // Without pkg-config: Debian's file has a flag that SwiftPM refuses with a warning, and no path that is not searched anyway.
        .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
        .systemLibrary(name: "CSPNG", pkgConfig: "spng", providers: [.apt(["libspng-dev"])]),
        .systemLibrary(
            name: "CTurboJPEG",
            pkgConfig: "libturbojpeg",
            providers: [.apt(["libturbojpeg0-dev"])]
        ),
        .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        // ONNX Runtime's function table. The library itself is loaded at run time.
        .target(name: "COnnxRuntime"),
        // Planes of YCbCr to RGB, with a version for newer processors.
        .target(name: "CYCbCr"),

        .target(
            name: "Threading",
            dependencies: [.product(name: "DequeModule", package: "swift-collections")],
            swiftSettings: houseStyle
        ),
        .target(
            name: "Transport",
            dependencies: [
                "CCurl", "CRabbitMQ", "Threading",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .target(name: "Imaging", dependencies: ["CSPNG", "CTurboJPEG", "CYCbCr"], swiftSettings: houseStyle),
        .target(
            name: "Inference",
            dependencies: [
                "COnnxRuntime", "Imaging", "Threading",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .target(
            name: "Pipeline",
            dependencies: [
                "CXXHash", "Imaging", "Inference", "Threading", "Transport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: houseStyle
        ),
        .target(
            name: "HTTPServing",
            dependencies: [.product(name: "Hummingbird", package: "hummingbird")],
            swiftSettings: houseStyle
        ),
        .target(
            name: "LocalAntenna",
            dependencies: [
                "HTTPServing", "Imaging",
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: houseStyle
        ),
        .executableTarget(
            name: "AntennaWorker",
            dependencies: [
                "Imaging", "Inference", "LocalAntenna", "Pipeline", "Threading", "Transport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [
                .embedInCode("Admin/Page/live.html"), .embedInCode("Admin/Page/live.css"),
                .embedInCode("Admin/Page/live.js"),
            ],
            swiftSettings: houseStyle
        ),

        .target(
            name: "TestSupport",
            dependencies: [.product(name: "Logging", package: "swift-log")],
            path: "Tests/TestSupport",
            swiftSettings: houseStyle
        ),
        .testTarget(name: "ThreadingTests", dependencies: ["Threading", "TestSupport"], swiftSettings: houseStyle),
        .testTarget(
            name: "TransportTests",
            dependencies: [
                "Transport", "TestSupport",
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "ImagingTests",
            dependencies: [
                "CYCbCr", "Imaging", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            resources: [.copy("Fixtures")],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "InferenceTests",
            dependencies: [
                "Inference", "Imaging", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.copy("Fixtures")],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "Pipeline", "TestSupport", "Threading", "Transport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "LocalAntennaTests",
            dependencies: ["LocalAntenna", "Imaging", "TestSupport"],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "AntennaWorkerTests",
            dependencies: [
                "AntennaWorker", "Imaging", "Inference", "TestSupport", "Transport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "LocalAntenna", "Pipeline", "Transport", "TestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: houseStyle
        ),
    ]
)

// For people who measure: nobody else has to fetch and build what it needs. Benchmarks/micro sets the variable.
if Context.environment["ANTENNA_BENCHMARKS"] == "1" {
    package.dependencies.append(
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: [])
    )
    package.targets.append(
        .executableTarget(
            name: "Micro",
            dependencies: [
                "Imaging", "Inference", "Pipeline", "Threading",
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Micro",
            swiftSettings: houseStyle,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        )
    )
}
