import CRabbitMQ
import Telemetry

/// Memory for the C structures of one method, freed all at once.
///
/// Confined to the thread of its connection.
final class AMQPArena {
    private var pool = amqp_pool_t()
    /// Whether memory ran out since the last ``recycle()``: what was made is not what was asked for, and must not be sent.
    private(set) var isExhausted = false

    init() {
        init_amqp_pool(&pool, 4096)
    }

    deinit {
        empty_amqp_pool(&pool)
    }

    /// Frees everything taken since the last call; pointers from before are void.
    func recycle() {
        recycle_amqp_pool(&pool)
        isExhausted = false
    }

    /// A copy of the text.
    func bytes(_ text: String) -> amqp_bytes_t {
        var text = text
        return text.withUTF8 { bytes(UnsafeRawBufferPointer($0)) }
    }

    /// A copy of the bytes.
    func bytes(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
        guard let base = source.baseAddress, !source.isEmpty, let copy = take(source.count) else {
            return amqp_bytes_t(len: 0, bytes: nil)
        }
        copy.copyMemory(from: base, byteCount: source.count)
        return amqp_bytes_t(len: source.count, bytes: copy)
    }

    /// A table in the order of its keys, so that equal headers are equal bytes.
    func table(_ values: [String: AMQPValue]) -> amqp_table_t {
        let stride = MemoryLayout<amqp_table_entry_t>.stride
        guard !values.isEmpty, let memory = take(values.count * stride) else {
            return amqp_table_t(num_entries: 0, entries: nil)
        }
        let entries = memory.bindMemory(to: amqp_table_entry_t.self, capacity: values.count)
        for (index, (key, value)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
            (entries + index).initialize(to: amqp_table_entry_t(key: bytes(key), value: field(value)))
        }
        return amqp_table_t(num_entries: Int32(values.count), entries: entries)
    }

    /// Has the library decode a method.
    ///
    /// - Parameter payload: That of its frame; texts of the method point into it.
    /// - Returns: The method, its fields in memory of the arena.
    /// - Throws: ``TransportError`` for bytes that are no method.
    func method(_ payload: UnsafeRawBufferPointer) throws(TransportError) -> amqp_method_t {
        guard payload.count >= 4 else { throw AMQPChannelStateMachine.violation("a method without a number") }
        let id = UInt32(bigEndian: payload.loadUnaligned(as: UInt32.self))
        let fields = UnsafeMutableRawBufferPointer(mutating: UnsafeRawBufferPointer(rebasing: payload[4...]))
        var decoded: UnsafeMutableRawPointer?
        let status = amqp_decode_method(
            id,
            &pool,
            amqp_bytes_t(len: fields.count, bytes: fields.baseAddress),
            &decoded
        )
        guard status >= 0 else { throw .amqp(status: status, operation: "broker.receive") }
        return amqp_method_t(id: id, decoded: decoded)
    }

    private func take(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        let memory = amqp_pool_alloc(&pool, byteCount)
        if memory == nil { isExhausted = true }
        return memory
    }

    private func field(_ value: AMQPValue) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        switch value {
        case .bool(let value):
            field.kind = UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue)
            field.value.boolean = value ? 1 : 0
        case .int(let value):
            field.kind = UInt8(AMQP_FIELD_KIND_I64.rawValue)
            field.value.i64 = value
        case .double(let value):
            field.kind = UInt8(AMQP_FIELD_KIND_F64.rawValue)
            field.value.f64 = value
        case .decimal(let scale, let unscaled):
            field.kind = UInt8(AMQP_FIELD_KIND_DECIMAL.rawValue)
            field.value.decimal = amqp_decimal_t(decimals: scale, value: unscaled)
        case .string(let value):
            field.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
            field.value.bytes = bytes(value)
        case .bytes(let value):
            field.kind = UInt8(AMQP_FIELD_KIND_BYTES.rawValue)
            field.value.bytes = value.withUnsafeBytes { bytes($0) }
        case .timestamp(let value):
            field.kind = UInt8(AMQP_FIELD_KIND_TIMESTAMP.rawValue)
            field.value.u64 = value
        case .array(let values):
            field.kind = UInt8(AMQP_FIELD_KIND_ARRAY.rawValue)
            field.value.array = array(values)
        case .table(let values):
            field.kind = UInt8(AMQP_FIELD_KIND_TABLE.rawValue)
            field.value.table = table(values)
        case .null:
            field.kind = UInt8(AMQP_FIELD_KIND_VOID.rawValue)
        }
        return field
    }

    private func array(_ values: [AMQPValue]) -> amqp_array_t {
        let stride = MemoryLayout<amqp_field_value_t>.stride
        guard !values.isEmpty, let memory = take(values.count * stride) else {
            return amqp_array_t(num_entries: 0, entries: nil)
        }
        let entries = memory.bindMemory(to: amqp_field_value_t.self, capacity: values.count)
        for (index, value) in values.enumerated() { (entries + index).initialize(to: field(value)) }
        return amqp_array_t(num_entries: Int32(values.count), entries: entries)
    }
}
