// dom.js - makes elements. Texts become text nodes: nothing here reads HTML.

/** @typedef {Node | string | null | undefined | false | 0} Child */
/** @typedef {string | number | boolean | null | undefined | EventListener} Value */
/** @typedef {Record<string, Value>} Attributes */

/**
 * An element with attributes and children. An attribute named `on...` is a listener; one that is
 * true has no value; one that is false, null or undefined is left out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.flat().filter(isThere));
  return element;
}

/**
 * @param {string} label
 * @param {() => void} onclick
 * @param {Attributes} [attributes]
 */
export function button(label, onclick, attributes = {}) {
  return h('button', { type: 'button', onclick, ...attributes }, label);
}

/**
 * A link to another screen; the router follows it without loading the page again.
 *
 * @param {string} path
 * @param {string} label
 * @param {Attributes} [attributes]
 */
export function link(path, label, attributes = {}) {
  return h('a', { href: path, ...attributes }, label);
}

/**
 * Not by `disabled`, which would take the focus away. Whoever listens to the button asks.
 *
 * @param {Element} button
 * @param {boolean} isIt
 */
export function setDisabled(button, isIt) {
  button.setAttribute('aria-disabled', String(isIt));
}

/** @param {Element} button */
export function isDisabled(button) {
  return button.getAttribute('aria-disabled') === 'true';
}

/**
 * The element of the page with this id.
 *
 * @param {string} id
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element ${id}`);
  return element;
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 * @param {Value} value
 */
function set(element, name, value) {
  if (value === false || value === null || value === undefined) return;
  if (typeof value === 'function') return element.addEventListener(name.slice(2), value);
  element.setAttribute(name, value === true ? '' : String(value));
}

/**
 * @param {Child} child
 * @returns {child is Node | string}
 */
export function isThere(child) {
  return child instanceof Node || (typeof child === 'string' && child !== '');
}
