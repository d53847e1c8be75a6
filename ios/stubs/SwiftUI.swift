// What the screens use of SwiftUI, by its public declarations, without bodies: enough to check their types.
import Foundation
import Observation

public typealias CGFloat = Double

@MainActor @preconcurrency public protocol View {
    associatedtype Body: View
    @ViewBuilder var body: Body { get }
}
extension Never: View { public var body: Never { return fatalError() } }
public protocol Primitive: View where Body == Never {}
extension Primitive { public var body: Never { return fatalError() } }

@resultBuilder public struct ViewBuilder {
    public static func buildBlock() -> EmptyView { fatalError() }
    public static func buildBlock<each Content: View>(_ content: repeat each Content) -> TupleView<(repeat each Content)> {
        fatalError()
    }
    public static func buildExpression<Content: View>(_ content: Content) -> Content { content }
    public static func buildIf<Content: View>(_ content: Content?) -> Content? { content }
    public static func buildEither<A: View, B: View>(first: A) -> Either<A, B> { fatalError() }
    public static func buildEither<A: View, B: View>(second: B) -> Either<A, B> { fatalError() }
}
extension Optional: View where Wrapped: View { public var body: Never { return fatalError() } }
public struct EmptyView: Primitive { public init() {} }
public struct TupleView<T>: Primitive {}
public struct Either<A: View, B: View>: Primitive {}
public struct Modified: Primitive {}

@MainActor @preconcurrency public protocol App {
    associatedtype Body: Scene
    @SceneBuilder var body: Body { get }
    init()
}
extension App { public static func main() {} }
@MainActor @preconcurrency public protocol Scene {}
@resultBuilder public struct SceneBuilder {
    public static func buildBlock<Content: Scene>(_ content: Content) -> Content { content }
}
public struct WindowGroup<Content: View>: Scene { public init(@ViewBuilder content: () -> Content) {} }

@propertyWrapper public struct State<Value> {
    public init(wrappedValue: Value) { fatalError() }
    public init(initialValue: Value) { fatalError() }
    public var wrappedValue: Value { get { fatalError() } nonmutating set {} }
    public var projectedValue: Binding<Value> { fatalError() }
}
public struct Binding<Value> {}

public struct LocalizedStringKey: ExpressibleByStringInterpolation, Sendable {
    public init(_ value: String) {}
    public init(stringLiteral value: String) {}
    public init(stringInterpolation: StringInterpolation) {}
    public struct StringInterpolation: StringInterpolationProtocol {
        public init(literalCapacity: Int, interpolationCount: Int) {}
        public mutating func appendLiteral(_ literal: String) {}
        public mutating func appendInterpolation(_ string: String) {}
        public mutating func appendInterpolation<Number: FixedWidthInteger>(_ number: Number) {}
    }
}

public struct Text: Primitive { public init(_ key: LocalizedStringKey) {} }
public struct ProgressView: Primitive { public init() {} }
public struct Button: Primitive { public init(_ key: LocalizedStringKey, action: @escaping @MainActor () -> Void) {} }
public struct TextField: Primitive { public init(_ key: LocalizedStringKey, text: Binding<String>) {} }
public struct Rectangle: Primitive {
    public init() {}
    public func fill(_ colour: Color) -> Modified { fatalError() }
}
public struct HStack<Content: View>: Primitive {
    public init(spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
}
public struct VStack<Content: View>: Primitive {
    public init(alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
}
public struct ScrollView<Content: View>: Primitive { public init(@ViewBuilder content: () -> Content) {} }
public struct Form<Content: View>: Primitive { public init(@ViewBuilder content: () -> Content) {} }
public struct List<Content: View>: Primitive { public init(@ViewBuilder content: () -> Content) {} }
public struct NavigationStack<Content: View>: Primitive { public init(@ViewBuilder root: () -> Content) {} }
public struct Section<Content: View>: Primitive {
    public init(@ViewBuilder content: () -> Content) {}
    public init(_ title: LocalizedStringKey, @ViewBuilder content: () -> Content) {}
}
public struct ForEach<Data: RandomAccessCollection, ID: Hashable, Content: View>: Primitive {
    public init(_ data: Data, id: KeyPath<Data.Element, ID>, @ViewBuilder content: (Data.Element) -> Content) {}
}

public enum HorizontalAlignment { case leading, center, trailing }
public enum Axis {
    case horizontal, vertical
    public struct Set: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }
        public static let horizontal = Set(rawValue: 1)
    }
}
public struct Color: Sendable {
    public static let green = Color(), mint = Color(), orange = Color(), gray = Color(), secondary = Color()
}
public struct Font: Sendable { public static let title = Font(), title2 = Font() }
public struct BorderedProminentButtonStyle: Sendable {}
public protocol PrimitiveButtonStyle {}
extension BorderedProminentButtonStyle: PrimitiveButtonStyle {}
extension PrimitiveButtonStyle where Self == BorderedProminentButtonStyle {
    public static var borderedProminent: Self { fatalError() }
}
public struct TextInputAutocapitalization: Sendable { public static var never: Self { fatalError() } }

@MainActor extension View {
    public func padding() -> Modified { fatalError() }
    public func font(_ font: Font) -> Modified { fatalError() }
    public func foregroundStyle(_ colour: Color) -> Modified { fatalError() }
    public func frame(height: CGFloat) -> Modified { fatalError() }
    public func containerRelativeFrame(_ axes: Axis.Set, _ length: @escaping (CGFloat, Axis) -> CGFloat) -> Modified {
        fatalError()
    }
    public func accessibilityHidden(_ hidden: Bool) -> Modified { fatalError() }
    public func navigationTitle(_ key: LocalizedStringKey) -> Modified { fatalError() }
    public func refreshable(action: @escaping @MainActor @Sendable () async -> Void) -> Modified { fatalError() }
    public func task(_ action: @escaping @MainActor @Sendable () async -> Void) -> Modified { fatalError() }
    public func buttonStyle(_ style: some PrimitiveButtonStyle) -> Modified { fatalError() }
    public func disabled(_ disabled: Bool) -> Modified { fatalError() }
    public func textInputAutocapitalization(_ kind: TextInputAutocapitalization?) -> Modified { fatalError() }
    public func autocorrectionDisabled() -> Modified { fatalError() }
}
