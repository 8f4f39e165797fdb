/** The same keys as `T`, with words of another language. A missing or a superfluous key does not compile. */
export type Wording<T> = { readonly [K in keyof T]: T[K] extends string ? string : Wording<T[K]> }
