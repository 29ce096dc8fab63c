import Transport

extension String {
    private static let longestName = 100
    /// Names that Windows keeps for devices.
    private static let devices: Set<String> = Set(
        ["con", "prn", "aux", "nul"] + (1...9).flatMap { ["com\($0)", "lpt\($0)"] }
    )

    /// The text as the name of one file or folder that every system takes: nothing that leads elsewhere, hides it or cannot be seen.
    var fileName: String {
        var name = ""
        for scalar in unicodeScalars {
            let isSafe = !scalar.isInvisible && !"<>:\"/\\|?*".unicodeScalars.contains(scalar)
            let added = isSafe ? String(scalar) : "_"
            guard name.utf8.count + added.utf8.count <= Self.longestName else { break }
            name += added
        }
        while let last = name.last, last == "." || last == " " { name.removeLast() }
        let start = name.drop { $0 == "." || $0 == " " }
        if start.isEmpty { return "unnamed" }
        let device = start.prefix { $0 != "." }.lowercased()
        return Self.devices.contains(device) ? "_\(start)" : String(start)
    }
}
