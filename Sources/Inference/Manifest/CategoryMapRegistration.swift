import JSON

/// The meaning of a classifier's outputs as Antenna registers it.
package struct CategoryMapRegistration: Sendable, Hashable {
    /// The label of each output, in order.
    package let labels: [String]
    /// The labels' rank, such as `SPECIES`.
    private let taxonRank: String?

    /// Makes a map.
    package init(labels: [String], taxonRank: String?) {
        self.labels = labels
        self.taxonRank = taxonRank
    }

    var json: JSONValue {
        let data = labels.enumerated().map { index, label in
            var members: JSONObject = ["index": JSONValue(index), "label": .string(label)]
            members["taxon_rank"] = taxonRank.map(JSONValue.string)
            return JSONValue.object(members)
        }
        return ["data": .array(data), "labels": .array(labels.map(JSONValue.string))]
    }
}
