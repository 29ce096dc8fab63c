import ArgumentParser
import Foundation
import Testing

@testable import AntennaWorker

/// A working directory for one test.
final class SettingsFixture {
    let directory: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        directory = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
    }

    func resolve(
        flags arguments: [String] = [],
        environment: [String: String] = [:]
    ) throws -> ResolvedSettings {
        let command = try CheckCommand.parse(arguments)
        return ResolvedSettings(flags: command.flags, environment: environment, directory: directory)
    }
}

extension ResolvedSettings {
    func origin(of key: String) -> SettingOrigin? {
        effective.first { $0.key == key }?.origin
    }
}
