"""What each of granian's workers serves: the pages, for as long as the process that started the worker lives."""

import os
import signal

from django.core.servers.basehttp import get_internal_wsgi_application

from linli.machine.processes import end_with_parent

# A worker whose parent was killed would hold the port, and no next start could serve.
end_with_parent(os.getppid(), signal.SIGKILL)

application = get_internal_wsgi_application()
