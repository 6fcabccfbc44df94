// What pages gain from script. Every page works without it. Written for browsers of 2018.
(function () {
  'use strict';

  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }
  function typing(target) { return /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || target.isContentEditable; }

  // Copy and print buttons exist only where they can work.
  function reveal(root) {
    all('[data-print]', root).forEach(function (button) { button.hidden = false; });
    if (navigator.clipboard) all('[data-copy]', root).forEach(function (button) { button.hidden = false; });
    all('[data-keys]', root).forEach(function (hint) { hint.hidden = false; });
  }

  document.addEventListener('click', function (event) {
    var copy = event.target.closest('[data-copy]');
    if (copy) {
      var label = copy.querySelector('span'), before = label.textContent;
      navigator.clipboard.writeText(copy.getAttribute('data-copy')).then(function () {
        label.textContent = copy.getAttribute('data-copied');
        setTimeout(function () { label.textContent = before; }, 2000);
      });
    }
    if (event.target.closest('[data-print]')) window.print();
    var jump = event.target.closest('.error-summary a');
    if (jump) {
      var field = document.getElementById(jump.getAttribute('href').slice(1));
      if (field) { event.preventDefault(); field.focus(); field.scrollIntoView({ block: 'center' }); }
    }
  });

  // Lists: j and k move, Enter opens, / searches.
  var at = -1;
  function rows() { return all('[data-queue] tbody tr, [data-queue] [data-row]').filter(function (row, i, list) { return list.indexOf(row) === i; }); }
  function move(step) {
    var list = rows();
    if (!list.length) return;
    list.forEach(function (row) { row.classList.remove('at'); });
    at = Math.max(0, Math.min(list.length - 1, at + step));
    list[at].classList.add('at');
    var link = list[at].querySelector('a');
    if (link) link.focus();
    list[at].scrollIntoView({ block: 'nearest' });
  }
  document.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (event.key === 'j') move(1);
    else if (event.key === 'k') move(-1);
    else if (event.key === '/') {
      var search = document.querySelector('[data-search]');
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
  });

  // Autosave: says when it saved, and shouts when it did not.
  function autosave(form) {
    var state = form.querySelector('[data-autosave-state]'), timer = null, dirty = false, serial = 0;
    function say(text, failed) {
      state.textContent = text;
      state.className = failed ? 'autosave failed' : 'autosave';
      state.setAttribute('role', failed ? 'alert' : 'status');
    }
    function save() {
      var mine = ++serial;
      say(form.getAttribute('data-saving'), false);
      fetch(form.getAttribute('data-autosave'), {
        method: 'POST', credentials: 'same-origin', redirect: 'error',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded;charset=UTF-8', 'Accept': 'application/json', 'X-Autosave': '1' },
        body: new URLSearchParams(new FormData(form)).toString()
      }).then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      }).then(function (saved) {
        var version = form.querySelector('[name=_version]');
        if (version && saved.version) version.value = saved.version;
        if (mine !== serial) return;
        dirty = false;
        say(form.getAttribute('data-saved').replace('{at}', saved.saved_at), false);
      }).catch(function () {
        if (mine === serial) say(form.getAttribute('data-failed'), true);
      });
    }
    form.addEventListener('input', function () { dirty = true; clearTimeout(timer); timer = setTimeout(save, 1200); });
    form.addEventListener('submit', function () { dirty = false; clearTimeout(timer); serial++; });
    window.addEventListener('beforeunload', function (event) {
      if (!dirty) return;
      event.preventDefault();
      event.returnValue = form.getAttribute('data-leave');
    });
  }

  // The session: warn two minutes before it ends; the page and what was typed stay as they are.
  function watchSession() {
    var box = document.getElementById('session-warning'), total = Number(document.body.getAttribute('data-session-seconds'));
    if (!box || !total) return;
    var text = document.getElementById('session-text'), plain = text.textContent, warn, end, focused;
    function arm() {
      clearTimeout(warn); clearTimeout(end);
      warn = setTimeout(function () {
        text.textContent = plain; box.hidden = false; focused = document.activeElement;
        box.querySelector('[data-session-keep]').focus();
      }, Math.max(0, total - 120) * 1000);
      end = setTimeout(function () {
        text.textContent = box.getAttribute('data-ended'); box.classList.add('failed'); box.hidden = false;
      }, total * 1000);
    }
    function close() { box.hidden = true; box.classList.remove('failed'); if (focused) focused.focus(); }
    box.addEventListener('click', function (event) {
      if (event.target.closest('[data-session-close]')) close();
      if (!event.target.closest('[data-session-keep]')) return;
      fetch(box.getAttribute('data-keep'), {
        method: 'POST', credentials: 'same-origin', redirect: 'error',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: '_csrf=' + encodeURIComponent(box.getAttribute('data-csrf'))
      }).then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        close(); arm();
      }).catch(function () { text.textContent = box.getAttribute('data-failed'); box.classList.add('failed'); });
    });
    box.addEventListener('keydown', function (event) { if (event.key === 'Escape') close(); });
    arm();
  }

  function offline() { document.getElementById('offline').hidden = navigator.onLine; }
  window.addEventListener('online', offline);
  window.addEventListener('offline', offline);

  document.addEventListener('htmx:afterSwap', function () { reveal(document); at = -1; });
  reveal(document);
  all('form[data-autosave]').forEach(autosave);
  watchSession();
  var errors = document.getElementById('errors');
  if (errors) errors.focus();
})();
