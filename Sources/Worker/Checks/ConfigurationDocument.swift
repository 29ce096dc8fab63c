import Settings

/// The text of docs/configuration.md, made from the catalogue so that it cannot go stale.
package enum ConfigurationDocument {
    /// The whole document.
    package static var markdown: String {
        ([introduction] + sections + [originalNames, EnvironmentDocument.markdown, exitStatuses])
            .joined(separator: "\n")
    }

    private static let introduction = """
        # Configuration

        This file is generated: `antenna-worker check --markdown > docs/configuration.md`.

        Every setting can be given in four places. Where several name the same setting, the first of these wins:

        1. a flag, such as `--max-image-bytes 32MiB`
        2. a variable of the environment, such as `ANTENNA_WORKER_IMAGES_MAX_BYTES=32MiB`
        3. the same variable in a file `.env` in the working directory
        4. the configuration file: `--config FILE`, else `\(Catalogue.configFileVariable)`, else `\(ResolvedSettings.defaultConfigFile)` in
           the working directory when it is there

        What is read because it lies in the working directory, `.env` and `\(ResolvedSettings.defaultConfigFile)`, has to be yours (or
        root's) and not writable for others: it could say where the token is sent. Else nothing starts. A file that is named is taken as it is.

        ```json
        {
          "antenna": { "base_url": "https://antenna.example.org/api/v2", "token_file": "/run/secrets/antenna-token" },
          "images": { "max_bytes": "32MiB" },
          "pipelines": ["quebec_vermont_moths_2023"]
        }
        ```

        `antenna-worker check` prints what is in force and where each value came from. All mistakes are listed at once, misspelt names
        among them, before anything starts. A variable without a value counts as not set, as does `null` in the file.

        Values with a unit may be written with one: bytes `64MiB` `64MB` `1.5GiB`, times `500ms` `30s` `5min` `1h`, pixels `200MP`. A
        number without a unit is in the unit of the table. Lists are written with commas, in the file also as arrays.

        **Secrets** have no flag, because every user of a machine sees command lines. They are given by variable, in the file, or in
        a file of their own: `--token-file PATH`, the variable's name with `_FILE` behind it, or `antenna.token_file`. They are
        shown as `<redacted>` everywhere.

        """

    /// The settings under their groups' headings.
    private static var sections: [String] {
        var sections: [(title: String, entries: [String])] = []
        for group in Catalogue.groups.map({ type(of: $0) }) {
            if sections.last?.title != group.title { sections.append((group.title, [])) }
            sections[sections.count - 1].entries += group.settings.map(entry)
        }
        return sections.map { (["## \($0.title)\n"] + $0.entries).joined(separator: "\n") }
    }

    private static func entry(_ setting: any AnySetting) -> String {
        """
        ### `\(setting.key)`

        \(setting.summary)

        | | |
        |---|---|
        | Flag | \(flags(of: setting)) |
        | Variable | \(setting.variables.map(code).joined(separator: "<br>")) |
        | Type | \(setting.kindName)\(setting.unit.map { ", in \($0) when no unit is given" } ?? "") |
        | Default | \(setting.defaultText.isEmpty ? "none" : code(setting.defaultText)) |

        """
    }

    private static func flags(of setting: any AnySetting) -> String {
        let flag = "--\(setting.commandLineFlag)"
        if setting.isSecret { return "none; `\(flag) PATH`" }
        return setting.isSwitch ? "`\(flag)`, `--no-\(setting.flag)`" : code(flag)
    }

    private static func code(_ text: String) -> String { "`\(text)`" }

    private static let originalNames = """
        ## Names of the original worker

        These variables of the original worker work unchanged, with the same defaults:

        | variable | setting | default |
        |---|---|---|
        \(Catalogue.all.flatMap { setting in
            setting.aliases.map { "| `\($0)` | `\(setting.key)` | \(setting.defaultText.isEmpty ? "none" : code(setting.defaultText)) |" }
        }.joined(separator: "\n"))

        `AMI_NUM_WORKERS` was the number of loader processes; here it is the number of threads that decode. Other `AMI_…` variables are
        left alone. When a variable of this worker and one of the original say different things, that is a mistake.

        """

    private static let exitStatuses = """
        ## Exit status

        | status | meaning |
        |---|---|
        | \(ExitStatus.success) | done; a worker that was asked to stop has finished what it had in hand |
        | \(ExitStatus.failure) | something went wrong that may pass, `check` found something missing, or `explain` something that holds a job up |
        | \(ExitStatus.usage) | the command line or a setting is wrong; every mistake is named |
        | \(ExitStatus.stalled) | a part of the worker held tasks and let none go for `--stall-after`; to be started again |
        | \(ExitStatus.configuration) | what was set up cannot be used, and another start finds it as it is: a pipeline or model, the device, a library, the token, RabbitMQ's password, a spool of somebody else's |
        | \(ExitStatus.interruptedTwice) | a second signal cut a graceful stop short |

        Whoever starts roles again should leave those with \(ExitStatus.usage) and \(ExitStatus.configuration) alone: see
        [operators.md](operators.md#what-ends-a-process).

        """
}
