/// Addresses that begin with the same bits: `10.0.0.0/8`, or one address alone.
struct IPNetwork: Sendable, Hashable {
    private let first: IPAddress
    private let prefix: Int

    /// Reads an address, or an address and the number of its leading bits that count.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first, let first = IPAddress(address) else { return nil }
        let length =
            switch first {
            case .v4: 32
            case .v6: 128
            }
        self.first = first
        if parts.count == 2 {
            guard let prefix = Int(parts[1]), (0...length).contains(prefix) else { return nil }
            self.prefix = prefix
        } else {
            prefix = length
        }
    }

    /// Whether an address lies in the network.
    func contains(_ address: IPAddress) -> Bool {
        switch (first, address) {
        // Shifted by all bits, Swift's smart shift leaves zero.
        case (.v4(let network), .v4(let bits)): (network ^ bits) >> UInt32(32 - prefix) == 0
        case (.v6(let network), .v6(let bits)): (network ^ bits) >> UInt128(128 - prefix) == 0
        default: false
        }
    }
}
