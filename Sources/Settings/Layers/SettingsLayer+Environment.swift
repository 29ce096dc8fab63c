extension SettingsLayer {
    /// Takes from variables what sets something; a variable without a value counts as not set.
    ///
    /// Names that begin like this worker's and are none of them are mistakes: most likely misspelt. Those of others, the
    /// original's further `AMI_…` names among them, are left alone.
    init(_ origin: SettingOrigin, variables: [String: String]) {
        self.init(origin)
        let known = Self.keysByVariable
        for (name, text) in variables.sorted(by: { $0.key < $1.key }) where !text.isEmpty {
            if let key = known[name] {
                add(text, for: key, place: name)
            } else if name.hasPrefix(Catalogue.variablePrefix), name != Catalogue.configFileVariable {
                guard mistakes.count < SettingMistake.most else { continue }
                let suggestion = Spelling.suggestion(for: name, among: Array(known.keys))
                mistakes.append(
                    SettingMistake(place: String(name.prefix(100)), reason: "there is no such setting\(suggestion)")
                )
            }
        }
    }

    private static let keysByVariable: [String: String] = {
        var keys: [String: String] = [:]
        for setting in Catalogue.all {
            for variable in setting.variables { keys[variable] = setting.key }
            for variable in setting.fileVariables { keys[variable] = setting.fileKey }
        }
        return keys
    }()
}
