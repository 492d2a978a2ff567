/// The members of an object that mad_prefect has a model for, while the object is read.
///
/// Values stay in the bytes until the whole document is known to be JSON and the last of two equal keys has won. A
/// record holds no references, so that making and copying it costs next to nothing.
protocol JSONMembers: BitwiseCopyable {
  /// The members that the model knows.
  associatedtype Key

  /// The name that Prefect's serializer gives the model's class under `__class__`.
  static var className: StaticString { get }

  /// Whether the model is written wrapped under that name, also where it was read bare.
  static var isWrittenWrapped: Bool { get }

  /// The member that a key names; the spelling has no escapes.
  static func key(for spelling: JSONText) -> Key?

  /// A record in which no member was seen yet.
  init()

  /// Reads the value at the cursor as that of a member, whether it is of the right type or not.
  mutating func read(_ key: Key, from reader: inout JSONReader) throws(JSONFault)

  /// The object whose members were read, if it has members that the model does not know.
  var objectWithUnknownFields: UnsafePointer<UInt8>? { get set }
}

extension JSONMembers {
  static var isWrittenWrapped: Bool { false }
}

/// How an object presented itself.
///
/// Prefect's serializer wraps an object as `{"__class__": <name>, "data": {…}}` and, when it reads one, imports
/// whatever class is named there. The catalog imports nothing: it unwraps the one class that belongs in the place. In
/// members that no model knows `__class__` has no meaning.
enum JSONWrapping {
  /// Bare, as mad_prefect writes manifests.
  case none
  /// Wrapped under the name of the model's class, as mad_prefect writes runs.
  case unwrapped
  /// Wrapped as something else, or without an object under `data`; mad_prefect would not load the model.
  case foreign
}

/// What stands under `__class__`.
private enum WrappingClass {
  case absent, matching, foreign
}

/// What stands under `data`.
private enum WrappedContent {
  /// No object.
  case absent
  /// An object that the record holds.
  case read
  /// An object that was skipped, since the class was not known yet.
  case skipped(UnsafePointer<UInt8>)
}

extension JSONReader {
  /// Reads the object at the cursor, bare or wrapped, into a record that is still empty.
  @inline(__always)
  mutating func readObject<Members: JSONMembers>(_ record: inout Members) throws(JSONFault) -> JSONWrapping {
    let object = cursor
    var `class` = WrappingClass.absent
    var content = WrappedContent.absent
    var isForeign = false
    guard try enterObject() else { return .none }
    repeat {
      let spelling = try readKey()
      switch MemberKey<Members.Key>(spelling, in: Members.self) {
      case .known(let key) where `class` == .absent: try record.read(key, from: &self)
      case .class:
        let isMatching = isAt("\"") ? try scanText().reads(as: Members.className) : try skipForeignClass()
        `class` = isMatching ? .matching : .foreign
      case .data where `class` == .matching && isAt("{"):
        record = Members()
        isForeign = try readMembers(of: &record)
        content = .read
      case .data:
        if `class` == .absent { record.objectWithUnknownFields = object }
        content = isAt("{") ? .skipped(cursor) : .absent
        _ = try skipValue()
      case .exception:
        if `class` == .absent { isForeign = true }
        _ = try skipValue()
      case .known, .unknown:
        // Beside `__class__` only `data` counts.
        if `class` == .absent { record.objectWithUnknownFields = object }
        _ = try skipValue()
      }
    } while try nextMember()

    switch (`class`, content) {
    case (.absent, _): return isForeign ? .foreign : .none
    case (.foreign, _), (.matching, .absent): return .foreign
    case (.matching, .read): return isForeign ? .foreign : .unwrapped
    case (.matching, .skipped(let place)):
      var second = rewound(to: place)
      record = Members()
      return try second.readMembers(of: &record) ? .foreign : .unwrapped
    }
  }

  /// Reads the object at the cursor into a record that is still empty. Whether it is marked as something else again.
  private mutating func readMembers<Members: JSONMembers>(of record: inout Members) throws(JSONFault) -> Bool {
    let object = cursor
    var isForeign = false
    guard try enterObject() else { return false }
    repeat {
      let spelling = try readKey()
      switch MemberKey<Members.Key>(spelling, in: Members.self) {
      case .known(let key): try record.read(key, from: &self)
      case .class, .exception:
        isForeign = true
        _ = try skipValue()
      case .data, .unknown:
        record.objectWithUnknownFields = object
        _ = try skipValue()
      }
    } while try nextMember()
    return isForeign
  }

  /// Goes past a value under `__class__` that is no text.
  private mutating func skipForeignClass() throws(JSONFault) -> Bool {
    _ = try skipValue()
    return false
  }

  /// The members of an object that a model does not know. The object was read before, so nothing is thrown.
  func unknownFields<Members: JSONMembers>(besides record: Members) throws(JSONFault) -> [JSONField] {
    guard let place = record.objectWithUnknownFields else { return [] }
    var copy = rewound(to: place)
    var list = JSONFieldList()
    guard try copy.enterObject() else { return [] }
    repeat {
      let key = try copy.readKey()
      let first = copy.cursor
      _ = try copy.skipValue()
      if case .known = MemberKey<Members.Key>(key, in: Members.self) { continue }
      list.set(key.wideBytes(), to: Array(UnsafeBufferPointer(start: first, count: copy.cursor - first)))
    } while try copy.nextMember()
    return list.fields
  }
}

/// What a key means in an object that a model stands for.
private enum MemberKey<Key> {
  case known(Key)
  case `class`, data, exception, unknown

  @inline(__always)
  init<Members: JSONMembers>(_ spelling: JSONText, in record: Members.Type) where Members.Key == Key {
    if spelling.isPlain {
      self.init(plain: spelling, in: record)
    } else {
      self = spelling.withPlainSpelling { Self(plain: $0, in: record) }
    }
  }

  @inline(__always)
  private init<Members: JSONMembers>(plain spelling: JSONText, in record: Members.Type) where Members.Key == Key {
    if let key = Members.key(for: spelling) {
      self = .known(key)
    } else if spelling.equals("data") {
      self = .data
    } else if spelling.equals("__class__") {
      self = .class
    } else if spelling.equals("__exc_type__") {
      self = .exception
    } else {
      self = .unknown
    }
  }
}

extension JSONText {
  /// Calls a closure with a spelling of the same text that has no escapes.
  func withPlainSpelling<Result>(_ body: (JSONText) -> Result) -> Result {
    wideBytes().withUnsafeBufferPointer { bytes in
      // Only an empty array has no address, and then no byte is read.
      body(JSONText(start: bytes.baseAddress ?? start, count: bytes.count, isPlain: true))
    }
  }

  /// Whether the text is this word.
  @inline(__always)
  func reads(as word: StaticString) -> Bool {
    isPlain ? equals(word) : withPlainSpelling { $0.equals(word) }
  }
}
