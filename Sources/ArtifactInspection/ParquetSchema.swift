/// The tree of columns of a Parquet file, and how it becomes a schema text.
///
/// Lists and maps are read by the backward-compatibility rules of the specification, so that the same type has the same
/// text, whichever way its writer spelled it. Not part of the text, since they change neither a name nor a type nor the
/// order: nullability (which pyarrow and DuckDB leave at its default), field ids, the name of the root, how a value is
/// stored, and the names of the groups inside lists and maps.
/// The rules: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#nested-types.
struct ParquetSchema {
  /// The deepest tree that is read; a list takes two levels.
  static let deepest = 128

  private struct Node {
    let element: ParquetElement
    var children: [Node] = []
  }

  private let root: Node

  /// The tree of a flat list of elements; `nil` where their counts of children do not add up, or nest too deep.
  init?(_ elements: [ParquetElement]) {
    var next = 0
    guard let root = Self.node(of: elements, next: &next, depth: 0), next == elements.count,
      root.element.physical == nil
    else { return nil }
    self.root = root
  }

  private static func node(of elements: [ParquetElement], next: inout Int, depth: Int) -> Node? {
    guard next < elements.count, depth < deepest else { return nil }
    let count = elements[next].childCount
    // What has children is a group, though some writers give their root a type as well.
    var node = Node(element: count > 0 ? elements[next].group : elements[next])
    next += 1
    // No more can follow than there are, whatever the count claims.
    guard count <= elements.count - next else { return nil }
    node.children.reserveCapacity(count)
    for _ in 0..<count {
      guard let child = self.node(of: elements, next: &next, depth: depth + 1) else { return nil }
      node.children.append(child)
    }
    return node
  }

  /// The canonical text of the columns.
  var text: SchemaText {
    var text = SchemaText(family: "parquet")
    for column in root.children { Self.add(column, as: .field, name: column.element.name, depth: 0, to: &text) }
    return text
  }
}

extension ParquetSchema {
  /// Adds a node that may be repeated: outside of lists and maps that makes it a list of itself.
  private static func add(
    _ node: Node, as role: SchemaText.Role, name: [UInt8], depth: Int, to text: inout SchemaText
  ) {
    if node.element.isRepeated {
      text.add(role, "list", name: name, depth: depth)
      addType(of: node, as: .element, name: [], depth: depth + 1, to: &text)
    } else {
      addType(of: node, as: role, name: name, depth: depth, to: &text)
    }
  }

  /// Adds a node whose repetition has had its say.
  private static func addType(
    of node: Node, as role: SchemaText.Role, name: [UInt8], depth: Int, to text: inout SchemaText
  ) {
    if node.element.physical != nil {
      text.add(role, node.element.typeName, name: name, depth: depth)
    } else if node.element.logical == .list, let repeated = repeatedChild(of: node) {
      text.add(role, "list", name: name, depth: depth)
      if isElement(repeated, of: node) {
        addType(of: repeated, as: .element, name: [], depth: depth + 1, to: &text)
      } else {
        add(repeated.children[0], as: .element, name: [], depth: depth + 1, to: &text)
      }
    } else if node.element.logical == .map || node.element.logical == .mapOfOldWriters,
      let entry = repeatedChild(of: node), (1...2).contains(entry.children.count)
    {
      text.add(role, "map", name: name, depth: depth)
      for (role, child) in zip([SchemaText.Role.key, .value], entry.children) {
        add(child, as: role, name: [], depth: depth + 1, to: &text)
      }
    } else if node.element.logical == .variant {
      // What is shredded out of the values of a variant is how they are stored.
      text.add(role, "variant", name: name, depth: depth)
    } else {
      text.add(role, node.element.typeName, name: name, depth: depth)
      for child in node.children { add(child, as: .field, name: child.element.name, depth: depth + 1, to: &text) }
    }
  }

  /// The only child of a group, if it is repeated.
  private static func repeatedChild(of node: Node) -> Node? {
    guard node.children.count == 1, node.children[0].element.isRepeated else { return nil }
    return node.children[0]
  }

  /// Whether the repeated child of a list is its element, rather than a group around it: rules 1 to 4.
  private static func isElement(_ repeated: Node, of list: Node) -> Bool {
    guard repeated.element.physical == nil, repeated.children.count == 1 else { return true }
    if repeated.children[0].element.isRepeated { return true }
    return repeated.element.name.elementsEqual("array".utf8)
      || repeated.element.name == list.element.name + "_tuple".utf8
  }
}
