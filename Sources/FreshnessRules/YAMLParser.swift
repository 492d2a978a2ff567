internal import CYAML

/// libyaml's parser: what stands in a YAML text, one event after the other.
struct YAMLParser: ~Copyable {
  /// What libyaml tells, with where it begins, in characters from the beginning of the text.
  struct Event {
    enum Kind {
      case documentStart
      case scalar(text: String, isPlain: Bool)
      case listStart, listEnd
      case mapStart, mapEnd
      case alias
      case end
      /// What tells nothing: begin of the stream, end of a document.
      case other
    }

    let kind: Kind
    let index: Int
    let hasAnchor: Bool
    let hasTag: Bool
  }

  /// What libyaml says is wrong, and where.
  struct Failure: Error {
    let problem: String
    let context: String
    /// Characters from the beginning of the text.
    let index: Int
    /// Where that began which was being read; `nil` where nothing had begun.
    let contextIndex: Int?
    /// Bytes from the beginning of the text, where a byte cannot be read at all.
    let byteOffset: Int?
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  /// libyaml reads from it as long as it parses.
  private let input: UnsafeMutableBufferPointer<UInt8>

  init(_ bytes: [UInt8]) {
    parser = .allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else { fatalError("out of memory") }
    // One more, since an empty buffer may have no address.
    input = .allocate(capacity: bytes.count + 1)
    _ = input.initialize(from: bytes)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  /// The next event.
  mutating func next() throws(Failure) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { yaml_event_delete(&event) }
    let index = Int(event.start_mark.index)
    switch event.type {
    case YAML_DOCUMENT_START_EVENT:
      let hasTags = event.data.document_start.tag_directives.start != event.data.document_start.tag_directives.end
      return Event(kind: .documentStart, index: index, hasAnchor: false, hasTag: hasTags)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      return Event(
        kind: .scalar(text: text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), index: index,
        hasAnchor: scalar.anchor != nil, hasTag: scalar.tag != nil)
    case YAML_SEQUENCE_START_EVENT:
      let list = event.data.sequence_start
      return Event(kind: .listStart, index: index, hasAnchor: list.anchor != nil, hasTag: list.tag != nil)
    case YAML_MAPPING_START_EVENT:
      let map = event.data.mapping_start
      return Event(kind: .mapStart, index: index, hasAnchor: map.anchor != nil, hasTag: map.tag != nil)
    case YAML_SEQUENCE_END_EVENT: return Event(kind: .listEnd, index: index, hasAnchor: false, hasTag: false)
    case YAML_MAPPING_END_EVENT: return Event(kind: .mapEnd, index: index, hasAnchor: false, hasTag: false)
    case YAML_ALIAS_EVENT: return Event(kind: .alias, index: index, hasAnchor: false, hasTag: false)
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT:
      return Event(kind: .end, index: index, hasAnchor: false, hasTag: false)
    default: return Event(kind: .other, index: index, hasAnchor: false, hasTag: false)
    }
  }

  private borrowing func failure() -> Failure {
    func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
    let state = parser.pointee
    return Failure(
      problem: text(state.problem), context: text(state.context), index: Int(state.problem_mark.index),
      contextIndex: state.context == nil ? nil : Int(state.context_mark.index),
      byteOffset: state.error == YAML_READER_ERROR ? Int(state.problem_offset) : nil)
  }
}
