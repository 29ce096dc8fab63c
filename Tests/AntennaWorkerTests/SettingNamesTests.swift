import ArgumentParser
import Settings
import TestSupport
import Testing

@testable import AntennaWorker

/// Files outside Sources name settings too, and no compiler looks at them.
@Suite("Names of settings in files")
struct SettingNamesTests {
    private static let known: Set<String> = {
        var names: Set = [Catalogue.configFileVariable]
        for setting in Catalogue.all {
            names.formUnion(setting.variables + setting.fileVariables)
        }
        return names
    }()

    @Test("every variable in compose files, scripts and documentation sets something")
    func variables() throws {
        let files = try PackageFiles.texts(at: "compose", "deploy", "docs", "scripts", "README.md", "CONTRIBUTING.md")
        #expect(files.keys.contains("compose/docker-compose.yml"))
        for (file, text) in files {
            for match in text.matches(of: /ANTENNA_WORKER_[A-Z0-9_]*[A-Z0-9]/) {
                let name = String(match.output)
                #expect(Self.known.contains(name), "\(file) names \(name), which sets nothing")
            }
        }
    }

    @Test("check takes the flag of every setting")
    func flags() {
        let words = Set(CheckCommand.helpMessage(columns: 200).split(whereSeparator: \.isWhitespace).map(String.init))
        for setting in Catalogue.all {
            let flag = "--\(setting.commandLineFlag)"
            #expect(words.contains(setting.isSwitch ? "\(flag)/--no-\(setting.flag)" : flag), "\(setting.key)")
        }
    }
}
