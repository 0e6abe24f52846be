// swift-tools-version: 6.2
// MallBots: see docs/architecture.md for what each target is and which may import which.

import Foundation
import PackageDescription

// The simulated mall is a test target; `make simulate` builds the same files as a program, optimized, in a folder of its own.
let asSimulation = ProcessInfo.processInfo.environment["MALLBOTS_SIMULATION"] != nil

// Swift's own checks at their strictest, for every target we wrote.
let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
    ] + (asSimulation ? [.unsafeFlags(["-enable-testing"])] : [])

// On Linux `swift test --filter` still builds every test target. MALLBOTS_ONLY=KernelTests,WireTests
// (or `make test ONLY=...`) leaves the others out, which makes a first build minutes shorter.
let only = ProcessInfo.processInfo.environment["MALLBOTS_ONLY"].map { $0.split(separator: ",").map(String.init) }

// Programs that measure are built only when asked for, so that a plain build stays short.
let withBenchmarks = ProcessInfo.processInfo.environment["MALLBOTS_BENCHMARKS"] != nil

func library(
    _ name: String, _ dependencies: [Target.Dependency], path: String, exclude: [String] = [],
    resources: [Resource] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path, exclude: exclude, resources: resources,
        swiftSettings: strict)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []
) -> [Target] {
    if let only, !only.contains(name) { return [] }
    return [
        .testTarget(
            name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude, resources: resources,
            swiftSettings: strict)
    ]
}

// Targets that only the tests named need.
func support(_ tests: String, _ targets: [Target]) -> [Target] {
    if let only, !only.contains(tests) { return [] }
    return targets
}

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")
let pluginLibrary = Target.Dependency.product(name: "SwiftProtobufPluginLibrary", package: "swift-protobuf")
let swiftProtobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

let simulated: [Target.Dependency] = [
    "Wire", "APIs", "Messages", "Kernel", "Stores", "Orders", "Payments", "Depot", "BotGateway", "RobotLink",
    "BotEmulator", nioCore, logging, collections,
]

let package = Package(
    name: "mallbots",
    products: [
        .executable(name: "mallbots", targets: ["CLI"]),
        .executable(name: "protoc-gen-mallbots", targets: ["CodegenPlugin"]),
        .library(name: "Wire", targets: ["Wire", "WireServices", "APIs", "Messages"]),
        .library(name: "RobotLink", targets: ["RobotLink", "APIs", "Messages"]),
        .library(name: "BotEmulator", targets: ["BotEmulator"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        .systemLibrary(
            name: "COpenSSL", path: "Sources/System/COpenSSL", pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .systemLibrary(
            name: "CProtobufC", path: "Sources/System/CProtobufC", pkgConfig: "libprotobuf-c",
            providers: [.apt(["libprotobuf-c-dev"]), .brew(["protobuf-c"])]),
        .target(name: "CMessages", dependencies: ["CProtobufC"], path: "Sources/Messages/C"),
        library("Messages", ["CMessages", "CProtobufC"], path: "Sources/Messages", exclude: ["C"]),
        library(
            "Wire", ["Messages", "COpenSSL", nioCore, nioPosix, logging, metrics, lifecycle, collections],
            path: "Sources/Wire"),
        library("APIs", ["Wire", "Messages"], path: "Sources/APIs"),
        library("WireServices", ["Wire", "APIs", "Messages"], path: "Sources/WireServices"),
        library(
            "Kernel",
            [
                "Messages", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"), logging, metrics, collections,
            ],
            path: "Sources/Services/Kernel"),
        library("Stores", ["Kernel", "Messages", "APIs", "Wire", logging], path: "Sources/Services/Stores"),
        library(
            "Orders", ["Kernel", "Messages", "APIs", "Wire", logging, collections], path: "Sources/Services/Orders"),
        library(
            "Payments", ["Kernel", "Messages", "APIs", "Wire", logging, collections], path: "Sources/Services/Payments"),
        library("Depot", ["Kernel", "Messages", "APIs", "Wire", logging, collections], path: "Sources/Services/Depot"),
        library(
            "BotGateway", ["Wire", "APIs", "Messages", "Kernel", logging, metrics, collections],
            path: "Sources/BotGateway"),
        library(
            "Web",
            [
                "Wire", "Messages", "Kernel", nioCore, nioPosix, nioWebSocket, logging, lifecycle,
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            path: "Sources/Web"),
        library(
            "KioskGateway",
            [
                "Web", "APIs", "Wire", "Messages", "Kernel", nioCore, logging, lifecycle,
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            path: "Sources/KioskGateway", exclude: ["Page"], resources: [.embedInCode("openapi.yaml")]),
        library(
            "StaffGateway",
            [
                "Web", "APIs", "Wire", "Messages", "Kernel", "COpenSSL", nioCore, logging, lifecycle, collections,
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            path: "Sources/StaffGateway", exclude: ["Page"], resources: [.embedInCode("openapi.yaml")]),
        library("RobotLink", ["Wire", "APIs", "Messages", logging], path: "Sources/BotEmulator/Client"),
        library(
            "BotEmulator", ["RobotLink", "Wire", "APIs", "Messages", logging], path: "Sources/BotEmulator",
            exclude: ["Client"]),
        library("Audit", ["Kernel", "Messages", collections], path: "Sources/Audit"),
        library("Interop", ["Wire", "APIs", "Messages", logging], path: "Sources/Interop"),
        library(
            "LoadTest", ["Wire", "APIs", "Messages", logging], path: "Sources/LoadTest",
            resources: [.embedInCode("Page/page.css"), .embedInCode("Page/page.js")]),
        .executableTarget(
            name: "CLI",
            dependencies: [
                "Messages", "Wire", "WireServices", "APIs", "Kernel", "Stores", "Orders", "Payments", "Depot",
                "BotGateway", "Web", "KioskGateway", "StaffGateway", "BotEmulator", "Interop", "LoadTest", "Audit",
                nioCore,
                nioPosix, logging, lifecycle,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Sources/CLI", swiftSettings: strict),
        // docs/robot-client.md explains it.
        .executableTarget(
            name: "ExampleRobot", dependencies: ["RobotLink", "Messages"], path: "Examples/Robot",
            swiftSettings: strict),
        library("Codegen", [pluginLibrary, swiftProtobuf], path: "Sources/Codegen/Library"),
        .executableTarget(
            name: "CodegenPlugin", dependencies: ["Codegen", pluginLibrary, swiftProtobuf],
            path: "Sources/Codegen/Plugin", swiftSettings: strict),
    ] + tests("KernelTests", ["Kernel", "Messages", "KernelFixtures", "KernelCrashProbe", logging])
        + support(
            "KernelTests",
            [
                library("KernelFixtures", ["Kernel", "Messages"], path: "Tests/Support/KernelFixtures"),
                .executableTarget(
                    name: "KernelCrashProbe", dependencies: ["Kernel", "KernelFixtures", "Messages", logging],
                    path: "Tests/Support/KernelCrashProbe", swiftSettings: strict),
            ])
        + tests("DepotTests", ["Depot", "Kernel", "Messages", "APIs", "Wire", logging, collections])
        + tests("StoresTests", ["Stores", "Kernel", "Messages", "APIs", "Wire", logging])
        + tests("PaymentsTests", ["Payments", "Kernel", "Messages", "APIs", "Wire", logging, collections])
        + tests(
            "OrdersTests", ["Orders", "Stores", "Payments", "Kernel", "Messages", "APIs", "Wire", logging, collections])
        + tests("TLSTests", ["Wire", "Messages", "COpenSSL", nioCore, nioPosix, nioEmbedded, logging])
        + tests("WireTests", ["Wire", "Messages", nioCore, nioPosix, nioEmbedded, logging])
        // The targets of `make fuzz`, replayed on what they once failed on.
        + tests(
            "FuzzTests", ["Wire", "Messages", "CMessages", "COpenSSL", "Web"],
            exclude: ["Entries", "corpus", "regressions"])
        + tests("WireServicesTests", ["WireServices", "Wire", "APIs", "Messages", logging])
        + tests("HostileTests", ["Wire", "Messages", nioCore, nioEmbedded, logging])
        + tests("CodegenTests", ["Codegen", pluginLibrary, swiftProtobuf])
        + tests(
            "MessagesTests", ["Messages", "CMessages", "CFeatures", "CProtobufC", "Wire"], exclude: ["Fixtures"])
        // protoc-c's code for a schema with every feature.
        + support(
            "MessagesTests", [.target(name: "CFeatures", dependencies: ["CProtobufC"], path: "Tests/Features/C")])
        + tests(
            "WebTests",
            [
                "Web", "Wire", "Messages", nioCore, nioPosix, nioEmbedded, nioWebSocket, logging, lifecycle,
                .product(name: "Hummingbird", package: "hummingbird"),
            ])
        // For tests from outside: Autobahn's, and tests/EndToEnd's.
        + support(
            "EndToEnd",
            [
                .executableTarget(
                    name: "WebSocketEcho",
                    dependencies: [
                        "Web", "Wire", nioCore, logging, lifecycle, unixSignals,
                        .product(name: "Hummingbird", package: "hummingbird"),
                    ],
                    path: "Tests/Support/WebSocketEcho", swiftSettings: strict)
            ])
        + tests(
            "KioskGatewayTests",
            [
                "KioskGateway", "Web", "Stores", "Orders", "Payments", "Depot", "Kernel", "Messages", "Wire", nioCore,
                nioPosix, logging, lifecycle, .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Yams", package: "Yams"),
            ])
        + tests(
            "StaffGatewayTests",
            [
                "StaffGateway", "Web", "Stores", "Orders", "Payments", "Depot", "Kernel", "Messages", "APIs", "Wire",
                nioCore, nioPosix, logging, lifecycle, collections,
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "Yams", package: "Yams"),
            ])
        + tests(
            "CLITests",
            [
                "CLI", "BotEmulator", "Interop", "LoadTest", "Messages", "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ])
        + tests(
            "BotGatewayTests", ["BotGateway", "RobotLink", "Kernel", "Messages", "APIs", "Wire", logging])
        + tests("AuditTests", ["Audit", "Kernel", "Messages"])
        + tests("RobotLinkTests", ["RobotLink", "Messages", "Wire"])
        + tests("BotEmulatorTests", ["BotEmulator", "RobotLink", "Messages"])
        + (asSimulation
            ? [
                .executableTarget(
                    name: "simulate", dependencies: simulated, path: "Tests/SimulationTests", exclude: ["Cases"],
                    swiftSettings: strict)
            ] : tests("SimulationTests", simulated, exclude: ["Program"]))
        + tests("InteropTests", ["Interop", "Wire", "APIs", "Messages", logging])
        + tests("LoadTestTests", ["LoadTest", "BotGateway", "Kernel", "Messages", "APIs", "Wire", logging])
        + (withBenchmarks
            ? [
                .executableTarget(
                    name: "BenchServer", dependencies: ["Wire", "APIs", "Messages", logging],
                    path: "Benchmarks/Server", swiftSettings: strict),
                .executableTarget(
                    name: "MessagesBench", dependencies: ["Messages", "CMessages"], path: "Benchmarks/Messages",
                    swiftSettings: strict),
                .executableTarget(
                    name: "DepotBench", dependencies: ["Depot", "Kernel", "Messages"], path: "Benchmarks/Depot",
                    swiftSettings: strict),
                .executableTarget(
                    name: "ShopBench",
                    dependencies: ["Stores", "Orders", "Payments", "Depot", "Kernel", "Messages", "Wire", logging],
                    path: "Benchmarks/Shop", swiftSettings: strict),
                .executableTarget(
                    name: "AllocationProbe", dependencies: ["Wire", "Messages", logging],
                    path: "Benchmarks/Allocations/Probe", swiftSettings: strict),
            ] : [])
)
