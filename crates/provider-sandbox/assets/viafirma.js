// Asks the server every 2.5 seconds whether an operation ended, and tells the page how.
"use strict";
var viafirma = {
  init: function (options) {
    var address = options.viafirmaUrl + "api/rest/services/operation/finished/" + encodeURIComponent(options.operationId);
    function tell(callback, response) {
      if (callback) { callback(response); }
    }
    function poll() {
      fetch(address + "?t=" + Date.now())
        .then(function (answer) { return answer.json(); })
        .then(function (state) {
          if (!state.isFinished) { window.setTimeout(poll, 2500); }
          else if (state.isCancelled) { tell(options.cancelCallback, state); }
          else if (state.isError) { tell(options.errorCallback, state); }
          else { tell(options.successCallback, { operationId: options.operationId }); }
        })
        .catch(function () { window.setTimeout(poll, 2500); });
    }
    poll();
  }
};
