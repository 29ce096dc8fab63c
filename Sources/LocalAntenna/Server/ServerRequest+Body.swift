import Foundation
import HTTPServing
import JSON

extension ServerRequest {
    /// The body as a value: JSON, or a form, whose members are all text.
    ///
    /// - Throws: `APIRejection`: 415 for another kind of body, 400 for what is not of its kind.
    func value() throws(APIRejection) -> JSONValue {
        let type = header("Content-Type") ?? "application/json"
        switch type.prefix(while: { $0 != ";" }).lowercased().trimmingCharacters(in: .whitespaces) {
        case "application/json":
            do throws(JSONError) {
                return try JSONValue(parsing: body, mostValues: .max)
            } catch {
                throw .badRequest("JSON parse error at byte \(error.offset): \(error.message)")
            }
        case "application/x-www-form-urlencoded":
            var components = URLComponents()
            components.percentEncodedQuery = String(decoding: body, as: UTF8.self).replacing("+", with: "%20")
            let members = (components.queryItems ?? []).map { ($0.name, JSONValue.string($0.value ?? "")) }
            return .object(JSONObject(members))
        default:
            throw APIRejection(status: 415, detail: "Unsupported media type \"\(type)\" in request.")
        }
    }

    /// A number in the query, nil when there is none or something else.
    func queryNumber(_ name: String) -> Int? {
        queryValue(name).flatMap { Int($0) }
    }

    /// Whether a flag in the query is set.
    func flag(_ name: String) -> Bool {
        ["1", "true", "True"].contains(queryValue(name) ?? "")
    }
}

extension JSONValue {
    /// `client_info`, a worker's words about itself: an object, or left out.
    func clientInfo() throws(APIRejection) -> JSONValue? {
        guard let info = self["client_info"] else { return nil }
        guard info.object != nil else { throw .badRequest("Expected a dictionary.", field: "client_info") }
        return info
    }
}
