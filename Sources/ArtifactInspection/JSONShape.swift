internal import ManifestModel

/// The names and types that the values of a sample have, merged: what JSON has in place of a schema.
///
/// Members stand in the order in which they first appeared. A null goes with every type and a whole number with a
/// fractional one; other types that meet in one place stand side by side.
struct JSONShape {
  private struct Kinds: OptionSet {
    let rawValue: UInt8

    static let null = Kinds(rawValue: 1)
    static let boolean = Kinds(rawValue: 2)
    static let integer = Kinds(rawValue: 4)
    static let float = Kinds(rawValue: 8)
    static let string = Kinds(rawValue: 16)
    static let array = Kinds(rawValue: 32)
    static let object = Kinds(rawValue: 64)

    /// The name in the schema text.
    var name: String {
      var names: [String] = []
      if contains(.boolean) { names.append("boolean") }
      if contains(.float) { names.append("float") } else if contains(.integer) { names.append("integer") }
      if contains(.string) { names.append("string") }
      if contains(.array) { names.append("array") }
      if contains(.object) { names.append("object") }
      return names.isEmpty ? "null" : names.joined(separator: "|")
    }
  }

  /// A place in the values, and what was seen there.
  private struct Node {
    var kinds: Kinds = []
    /// The members of the objects here, in the order of their first appearance.
    var members: [(name: [UInt8], node: Int)] = []
    /// Where each member stands, once there are too many to look through.
    var places: [[UInt8]: Int] = [:]
    /// The node for the elements of the arrays here.
    var element: Int?
  }

  /// The root first.
  private var nodes = [Node()]

  /// Whether there are too many places to tell apart.
  var isTooWide: Bool { nodes.count > SchemaText.mostFields }

  /// Merges the value at the cursor in, and goes past it.
  mutating func merge(_ reader: inout JSONReader) throws(JSONFault) {
    try merge(&reader, into: 0)
  }

  /// The reader bounds the recursion, since it enters no more than ``JSONReader/deepest`` containers.
  private mutating func merge(_ reader: inout JSONReader, into node: Int) throws(JSONFault) {
    switch try reader.peek() {
    case UInt8(ascii: "{"):
      nodes[node].kinds.insert(.object)
      guard try reader.enterObject() else { return }
      repeat {
        let member = member(try reader.readKey().wideBytes(), of: node)
        if isTooWide { throw reader.fault(.tooDeep) }
        try merge(&reader, into: member)
      } while try reader.nextMember()
    case UInt8(ascii: "["):
      nodes[node].kinds.insert(.array)
      guard try reader.enterArray() else { return }
      let element = element(of: node)
      repeat { try merge(&reader, into: element) } while try reader.nextElement()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      nodes[node].kinds.insert(try reader.scanNumber().kind == .whole ? .integer : .float)
    default:
      switch try reader.skipValue() {
      case .text: nodes[node].kinds.insert(.string)
      case .true, .false: nodes[node].kinds.insert(.boolean)
      case .null: nodes[node].kinds.insert(.null)
      // NaN and the infinities, which Python writes.
      default: nodes[node].kinds.insert(.float)
      }
    }
  }

  private mutating func member(_ name: [UInt8], of node: Int) -> Int {
    let known: Int?
    if nodes[node].members.count <= 16 {
      known = nodes[node].members.first { $0.name == name }?.node
    } else {
      if nodes[node].places.isEmpty {
        for member in nodes[node].members { nodes[node].places[member.name] = member.node }
      }
      known = nodes[node].places[name]
    }
    if let known { return known }
    nodes.append(Node())
    let new = nodes.count - 1
    nodes[node].members.append((name, new))
    if !nodes[node].places.isEmpty { nodes[node].places[name] = new }
    return new
  }

  private mutating func element(of node: Int) -> Int {
    if let element = nodes[node].element { return element }
    nodes.append(Node())
    nodes[node].element = nodes.count - 1
    return nodes.count - 1
  }
}

extension JSONShape {
  /// The canonical text of the columns: the members of the rows, or the rows themselves where they are no objects.
  var text: SchemaText {
    var text = SchemaText(family: "json")
    if nodes[0].kinds.subtracting(.null) == .object {
      addParts(of: 0, depth: 0, to: &text)
    } else {
      add(0, as: .element, name: [], depth: 0, to: &text)
    }
    return text
  }

  private func add(_ node: Int, as role: SchemaText.Role, name: [UInt8], depth: Int, to text: inout SchemaText) {
    text.add(role, nodes[node].kinds.name, name: name, depth: depth)
    addParts(of: node, depth: depth + 1, to: &text)
  }

  private func addParts(of node: Int, depth: Int, to text: inout SchemaText) {
    if let element = nodes[node].element { add(element, as: .element, name: [], depth: depth, to: &text) }
    for member in nodes[node].members { add(member.node, as: .field, name: member.name, depth: depth, to: &text) }
  }
}
