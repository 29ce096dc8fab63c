import COnnxRuntime
import Telemetry

/// Reads what a loaded model declares.
struct OrtGraphReader {
    let table: OrtTable
    let session: OpaquePointer
    let operation: OperationName

    func inputs() throws(InferenceError) -> [TensorDescription] {
        let api = table.api
        return try descriptions(
            count: api.SessionGetInputCount,
            name: api.SessionGetInputName,
            type: api.SessionGetInputTypeInfo
        )
    }

    func outputs() throws(InferenceError) -> [TensorDescription] {
        let api = table.api
        return try descriptions(
            count: api.SessionGetOutputCount,
            name: api.SessionGetOutputName,
            type: api.SessionGetOutputTypeInfo
        )
    }

    private typealias Count = @convention(c) (OpaquePointer, UnsafeMutablePointer<Int>) -> OpaquePointer?
    private typealias Name =
        @convention(c) (
            OpaquePointer, Int, OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
        ) -> OpaquePointer?
    private typealias TypeInfo =
        @convention(c) (
            OpaquePointer, Int, UnsafeMutablePointer<OpaquePointer?>
        ) -> OpaquePointer?

    private func descriptions(
        count: Count,
        name: Name,
        type: TypeInfo
    ) throws(InferenceError) -> [TensorDescription] {
        var total = 0
        try table.check(count(session, &total), operation)
        var found: [TensorDescription] = []
        for index in 0..<total {
            let info = try table.make(operation, release: table.api.ReleaseTypeInfo) { type(session, index, $0) }
            found.append(try description(of: info, name: readName(index, name)))
        }
        return found
    }

    private func readName(_ index: Int, _ name: Name) throws(InferenceError) -> String {
        var allocator: OpaquePointer?
        try table.check(table.api.GetAllocatorWithDefaultOptions(&allocator), operation)
        var text: UnsafeMutablePointer<CChar>?
        guard let allocator else { return "" }
        try table.check(name(session, index, allocator, &text), operation)
        guard let text else { return "" }
        let copy = String(cString: text)
        try table.check(table.api.AllocatorFree(allocator, text), operation)
        return copy
    }

    private func description(
        of info: borrowing OrtHandle,
        name: String
    ) throws(InferenceError) -> TensorDescription {
        var tensor: OpaquePointer?
        // The tensor's description belongs to the type's and is not freed by itself.
        try table.check(table.api.CastTypeInfoToTensorInfo(info.pointer, &tensor), operation)
        guard let tensor else {
            return TensorDescription(name: name, element: .other(0), dimensions: [])
        }
        let (element, dimensions) = try table.elementAndDimensions(tensor, operation)
        return TensorDescription(name: name, element: element, dimensions: dimensions.map { $0 < 0 ? nil : $0 })
    }
}

extension OrtTable {
    /// Reads a tensor's kind of elements and its sizes; a free size is -1.
    func elementAndDimensions(
        _ info: OpaquePointer,
        _ operation: OperationName
    ) throws(InferenceError) -> (TensorElement, [Int]) {
        var element: Int32 = 0
        try check(api.GetTensorElementType(info, &element), operation)
        var rank = 0
        try check(api.GetDimensionsCount(info, &rank), operation)
        var dimensions = [Int64](repeating: 0, count: rank)
        try check(api.GetDimensions(info, &dimensions, rank), operation)
        return (TensorElement(native: element), dimensions.map { Int($0) })
    }
}
