import Telemetry

/// Where Antenna's API is, and the addresses of its calls.
package struct AntennaAddress: Sendable, Hashable {
    /// The base without a trailing slash, scheme and host in lower case; names the server in the spool.
    package let base: String

    /// Reads a base URL such as `https://antenna.example.org/api/v2/`.
    ///
    /// Trailing slashes are dropped; a URL of a host alone gets `/api/v2`.
    ///
    /// - Throws: ``AntennaError`` with `configuration` for anything that is no http(s) URL, or that carries a query, a fragment
    ///   or a password (which would end up in logs).
    package init(_ text: String) throws(AntennaError) {
        func refuse(_ why: String) -> AntennaError {
            AntennaError(.configuration, operation: "antenna.configure", message: "the base URL \(why)")
        }
        let blanks: (Character) -> Bool = { $0.isWhitespace }
        let text = String(text.drop(while: blanks).reversed().drop(while: blanks).reversed())
        guard let schemeEnd = text.firstRange(of: "://") else { throw refuse("has no scheme such as https://") }
        let scheme = text[..<schemeEnd.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { throw refuse("is neither http nor https") }
        let rest = text[schemeEnd.upperBound...]
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else { throw refuse("has a query or a fragment") }
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw refuse("has characters that no URL has") }
        let host = rest.prefix { $0 != "/" }
        guard !host.isEmpty, !host.hasPrefix(":") else { throw refuse("names no host") }
        guard !host.contains("@") else { throw refuse("has a user name in it") }
        var path = String(rest.dropFirst(host.count))
        while path.hasSuffix("/") { path.removeLast() }
        self.base = "\(scheme)://\(host.lowercased())\(path.isEmpty ? Self.usualPath : path)"
    }

    /// Where the API is on every server that serves it by itself.
    private static let usualPath = "/api/v2"

    /// Whether it ends as every server's own address of the API does.
    package var isUsual: Bool { base.hasSuffix(Self.usualPath) }

    /// Where the API may be in place of here, the likeliest first: somebody left its path out, or copied the address of a page.
    package var alternatives: [AntennaAddress] {
        let host = base.firstRange(of: "://").map { start in
            base[..<start.upperBound] + base[start.upperBound...].prefix { $0 != "/" }
        }
        let bases = [base, host.map(String.init)].compactMap(\.self).map { $0 + Self.usualPath }
        return bases.indices.filter { bases.firstIndex(of: bases[$0]) == $0 && bases[$0] != base }
            .compactMap { try? AntennaAddress(bases[$0]) }
    }

    /// `GET`: the jobs that have work for some pipelines.
    ///
    /// - Parameters:
    ///   - pipelines: Pipeline slugs.
    ///   - projectID: Only jobs of this project; nil for all the token may see.
    ///   - isForWorkers: Whether jobs are left out that hand out no tasks over this API.
    ///   - limit: The most jobs to name; without one the server hands out a single random job.
    ///   - offset: Jobs to leave out.
    /// - Returns: The URL, query included.
    package func jobs(
        pipelines: [String],
        projectID: Int?,
        isForWorkers: Bool = true,
        limit: Int,
        offset: Int = 0
    ) -> String {
        var query: [(String, String)] = [
            ("pipeline__slug__in", pipelines.joined(separator: ",")),
            ("ids_only", "1"),
            ("incomplete_only", "1"),
        ]
        if isForWorkers { query.append(("dispatch_mode", AntennaJobDetail.dispatchForWorkers)) }
        query.append(("limit", "\(limit)"))
        if offset > 0 { query.append(("offset", "\(offset)")) }
        if let projectID { query.append(("project_id", "\(projectID)")) }
        return "\(base)/jobs/?\(Self.encode(query))"
    }

    /// `GET`: a job with its project and its progress.
    package func job(_ job: Int) -> String { "\(base)/jobs/\(job)/" }

    /// `POST`: reserves tasks of a job.
    package func tasks(job: Int) -> String { "\(base)/jobs/\(job)/tasks/" }

    /// `GET`: reserves tasks of a job, as servers before 2026-04 want it.
    package func legacyTasks(job: Int, count: Int, serviceName: String) -> String {
        let query = [("batch", "\(count)"), ("processing_service_name", serviceName)]
        return "\(base)/jobs/\(job)/tasks?\(Self.encode(query))"
    }

    /// `POST`: results of a job's tasks.
    package func result(job: Int) -> String { "\(base)/jobs/\(job)/result/" }

    /// `GET`: a page of the projects.
    package func projects(limit: Int, offset: Int) -> String {
        "\(base)/projects/?\(Self.encode([("limit", "\(limit)"), ("offset", "\(offset)")]))"
    }

    /// `GET`: whoever asks.
    package var user: String { "\(base)/users/me/" }

    /// `GET`: a project.
    package func project(_ project: Int) -> String { "\(base)/projects/\(project)/" }

    /// `POST`: registers pipelines with a project.
    package func pipelines(project: Int) -> String { "\(base)/projects/\(project)/pipelines/" }

    /// `GET`: a page of the pipelines of a project, or of all where none is named.
    package func pipelines(project: Int?, limit: Int, offset: Int) -> String {
        let list = project.map { pipelines(project: $0) } ?? "\(base)/ml/pipelines/"
        return "\(list)?\(Self.encode([("limit", "\(limit)"), ("offset", "\(offset)")]))"
    }

    /// `GET`: a page of all algorithms.
    package func algorithms(limit: Int, offset: Int) -> String {
        "\(base)/ml/algorithms/?\(Self.encode([("limit", "\(limit)"), ("offset", "\(offset)")]))"
    }

    private static func encode(_ query: [(String, String)]) -> String {
        query.map { "\($0.0)=\(percentEncoded($0.1))" }.joined(separator: "&")
    }

    /// Everything but the unreserved characters of RFC 3986 and the comma, which separates slugs.
    private static func percentEncoded(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF")
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2C, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += "%\(hex[Int(byte >> 4)])\(hex[Int(byte & 15)])"
            }
        }
        return encoded
    }
}
